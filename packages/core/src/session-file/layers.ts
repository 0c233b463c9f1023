import type { YamlFile } from "./parse.js";
import type { Position } from "./positions.js";

/**
 * What a session's files say together. The one order of precedence: the session file, over the
 * user's file of the site, over the machine's file of the site, over the defaults of the schema.
 * Mappings are merged key by key; any other value, a list too, replaces what lies below it. Why:
 * docs/decisions/0021-sites.md.
 */
export interface Layers {
  /** Without the schema's defaults. */
  readonly value: unknown;
  /** The file that says what stands at a JSON pointer: the upper one of a mapping's. */
  fileAt(pointer: string): YamlFile;
  /** What has no place of its own, such as a missing key, has its nearest parent's. */
  placeOf(pointer: string, part: "key" | "value"): Position & { readonly file: string };
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Keys that stand for each other, or that make sense only together, by the pointer of their
 * mapping: where an upper file has one of them, the others of the files below do not hold.
 */
const hides: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "/cluster": { engines: ["groups", "minimum"], groups: ["engines", "atOnce", "minimum"] },
  "/notebook/environment": { venv: ["conda"], conda: ["venv"] },
};

/** Where a plugin is named: by its name alone, or in a mapping with `plugin` and `options`. */
const pluginPointers = ["/scheduler", "/storage/readiness", "/tunnel/kind"];

/** The session file comes first, the others in the order of their precedence. Pure. */
export function layOver(files: readonly [YamlFile, ...YamlFile[]]): Layers {
  const [session, ...site] = files;
  // Whether there is a cluster at all is the session's to say.
  const isWanted = isMapping(session.value) && Object.hasOwn(session.value, "cluster");
  const below = site.map(({ value }) => (isWanted ? value : without(value, ["cluster"])));
  const value = [session.value, ...below].reduceRight((lower, upper) => over(upper, lower, ""));
  const fileAt = (pointer: string) => {
    for (let path = pointer; path !== ""; path = path.slice(0, path.lastIndexOf("/")))
      for (const file of files) if (hasAt(file.value, path)) return file;
    return session;
  };
  return {
    value,
    fileAt,
    placeOf: (pointer, part) => {
      const { file, positions } = fileAt(pointer);
      return { file, ...positions.at(pointer, part) };
    },
  };
}

function over(upper: unknown, lower: unknown, pointer: string): unknown {
  if (upper === undefined) return lower;
  if (pluginPointers.includes(pointer)) return pluginOver(upper, lower, pointer);
  return mappingOver(upper, lower, pointer);
}

/** A name alone leaves the options of the files below, unless it is that of another plugin. */
function pluginOver(upper: unknown, lower: unknown, pointer: string): unknown {
  const [name, below] = [nameOf(upper), nameOf(lower)];
  if (name !== undefined && below !== undefined && name !== below) return upper;
  if (typeof upper === "string") return isMapping(lower) ? { ...lower, plugin: upper } : upper;
  return mappingOver(upper, typeof lower === "string" ? { plugin: lower } : lower, pointer);
}

function nameOf(plugin: unknown): unknown {
  return typeof plugin === "string" ? plugin : own(plugin, "plugin");
}

function mappingOver(upper: unknown, lower: unknown, pointer: string): unknown {
  if (!isMapping(upper) || !isMapping(lower)) return upper;
  const hidden = Object.keys(upper).flatMap((key) => hides[pointer]?.[key] ?? []);
  const rest = without(lower, hidden) as Mapping;
  const keys = new Set([...Object.keys(upper), ...Object.keys(rest)]);
  return Object.fromEntries([...keys].map((key) => [key, over(own(upper, key), own(rest, key), `${pointer}/${key}`)]));
}

function without(value: unknown, keys: readonly string[]): unknown {
  return isMapping(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) : value;
}

/** The value of a mapping at a JSON pointer, and undefined where there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce((at, key) => own(at, key.replaceAll("~1", "/").replaceAll("~0", "~")), value);
}

function hasAt(value: unknown, pointer: string): boolean {
  if (valueAt(value, pointer) !== undefined) return true;
  // A name alone stands for a mapping with it.
  const plugin = pluginPointers.find((one) => `${one}/plugin` === pointer);
  return plugin !== undefined && typeof valueAt(value, plugin) === "string";
}

function own(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Mapping)[key] : undefined;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
