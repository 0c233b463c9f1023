import { valueAt } from "./layers.js";
import { pathOf } from "./phrases.js";
import { escapePointer } from "./positions.js";
import { sessionSchema } from "./schema.js";
import { layersOf } from "./sites.js";
import type { SessionSource } from "./source.js";

type Node = Readonly<Record<string, unknown>>;

/** A value of a session, and where it comes from. */
export interface Explained {
  /** As people write it: "resources.walltime". */
  readonly key: string;
  readonly value: unknown;
  /** Undefined for a default of the schema. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

/** Each value of a valid session and of its site, in the order of the schema. Pure. */
export function explain({ filled, layers, site, session }: SessionSource): Explained[] {
  const whole = { name: session?.name, storage: {}, tunnel: {}, ...(filled as object) };
  const own = leaves(whole, "", sessionSchema).map(({ pointer, value }) => ({
    key: pathOf(pointer),
    value,
    place: valueAt(layers.value, pointer) === undefined ? undefined : layers.placeOf(pointer, "value"),
  }));
  const ofSite = site && layersOf(site);
  const about = ["hosts", "most", "help"].flatMap((key) => leaves(valueAt(ofSite?.value, `/${key}`), `/${key}`, {}));
  const further = about.flatMap(({ pointer, value }) =>
    ofSite ? [{ key: pathOf(pointer), value, place: ofSite.placeOf(pointer, "value") }] : [],
  );
  return [...own, ...further];
}

/** The values that are no mappings; a list of mappings is gone into, another is one value. */
function leaves(value: unknown, pointer: string, schema: Node): { pointer: string; value: unknown }[] {
  if (value === undefined) return [];
  const isGoneInto =
    typeof value === "object" && value !== null && (!Array.isArray(value) || value.some((item) => isObject(item)));
  if (!isGoneInto) return [{ pointer, value: schema["x-secret"] ? "***" : value }];
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Node>>;
  const rank = (key: string) => Object.keys(properties).indexOf(key);
  const defaults = Object.entries(properties).flatMap(([key, node]) =>
    "default" in node ? [[key, node.default]] : [],
  );
  const entries = Object.entries({ ...Object.fromEntries(defaults), ...value });
  if (!Array.isArray(value)) entries.sort(([one], [other]) => rank(one) - rank(other));
  return entries.flatMap(([key, child]) =>
    leaves(child, `${pointer}/${escapePointer(key)}`, properties[key] ?? ((schema.items ?? {}) as Node)),
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
