import { closestOf } from "../suggest.js";
import { pathOf } from "./phrases.js";
import { goesIntoNative, keysFor, optionFor } from "./synonyms.js";

type SchemaNode = Readonly<Record<string, unknown>>;

export interface UnknownKey {
  readonly key: string;
  /** JSON pointer of the mapping that it stands in. */
  readonly pointer: string;
  /** The schema of that mapping. */
  readonly schema: SchemaNode;
  /** The schema of the whole file; undefined for options of a plugin's own. */
  readonly root: SchemaNode | undefined;
}

/**
 * The end of the sentence about a key that is none: the one that was probably meant, here or
 * elsewhere in the file, or all.
 */
export function insteadOf({ key, pointer, schema, root }: UnknownKey): string {
  const known = Object.keys((schema.properties ?? {}) as object);
  const others = root ? keysFor(key) : [];
  const elsewhere = root ? allPaths(root) : [];
  const option = root && optionFor(key);
  if (option !== undefined) {
    const inResources = elsewhere.filter((path) => path.at(-2) === "resources");
    const options = known.includes("options")
      ? pathOf(`${pointer}/options`)
      : nearestPath("options", pointer, inResources);
    return `; only some schedulers have that: write ${options}: { ${option}: ... }`;
  }
  const meant = [
    ...new Set([...others, ...elsewhere.map((path) => path.at(-1) ?? "").filter((name) => isSame(name, key))]),
  ].flatMap((name) => (known.includes(name) ? [name] : (nearestPath(name, pointer, elsewhere) ?? [])));
  if (meant.length > 0) return `; did you mean ${meant.join(" or ")}?`;
  const near = closestOf(key, known);
  if (near !== undefined) return `; did you mean ${near}?`;
  if (root && goesIntoNative(key)) {
    const native = known.includes("native") ? "native" : nearestPath("native", pointer, elsewhere);
    return `; the scheduler's own option for it goes into ${native}, one word an item`;
  }
  if (pointer.endsWith("/resources/options") && optionFor(key) !== undefined)
    return "; the scheduler's own option for it goes into resources.native, one word an item";
  return known.length === 0 ? "" : `; its keys are ${known.join(", ")}`;
}

function isSame(name: string, key: string): boolean {
  return name.toLowerCase() === key.toLowerCase();
}

/**
 * Where a key of that name stands, as near as possible: "cluster.resources.memory" from within the
 * cluster.
 */
function nearestPath(name: string, pointer: string, paths: readonly (readonly string[])[]): string | undefined {
  const here = pointer.split("/").slice(1);
  const common = (path: readonly string[]) => {
    const end = path.findIndex((part, index) => part !== here[index] && !(part === "*" && index < here.length));
    return end < 0 ? path.length : end;
  };
  const [best] = paths
    .filter((path) => path.at(-1) === name)
    // A list that is not the one the key stands in has no item to name.
    .filter((path) => path.lastIndexOf("*") < common(path))
    .sort((one, other) => common(other) - common(one) || one.length - other.length);
  if (!best) return undefined;
  const nearest = pathOf(`/${best.map((part, index) => (part === "*" ? here[index] : part)).join("/")}`);
  return best.length === 1 && here.length > 0 ? `${nearest} at the top of the file` : nearest;
}

/** The paths of all keys; "*" stands for any item of a list. */
function allPaths(schema: SchemaNode, before: readonly string[] = []): string[][] {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, SchemaNode>>);
  const below = properties.flatMap(([name, node]) => [[...before, name], ...allPaths(node, [...before, name])]);
  return schema.items ? [...below, ...allPaths(schema.items as SchemaNode, [...before, "*"])] : below;
}
