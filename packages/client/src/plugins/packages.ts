import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";

/** A package's name, and perhaps a path in it. */
const specifierPattern = /^((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)(?:\/[\w-][\w.-]*)*$/;

/** A package in a `node_modules`, and where it cannot be used, why. */
export type FoundPackage =
  | { readonly main: string; readonly manifest: string }
  /** Others than this user and root could have written it: a sentence's end. */
  | { readonly unsafe: string }
  /** What follows the name of the package in a sentence. */
  | { readonly broken: string; readonly path: string; readonly cause?: Error };

/**
 * Finds a package in one `node_modules`. Node's own search would go on in the folders above, and in
 * those that NODE_PATH and HOME name.
 * @param problemOf says of a path why it is not to be used. It is asked before anything in the
 *   package has a say.
 * @returns undefined when there is no such package.
 */
export function findPackage(
  folder: string,
  specifier: string,
  problemOf: (path: string) => string | undefined = () => undefined,
): FoundPackage | undefined {
  const [, name] = specifierPattern.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const path = join(folder, name);
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  const problem = problemOf(path);
  if (problem) return { unsafe: problem };
  const manifest = join(path, "package.json");
  if (!existsSync(manifest)) return { broken: "has no package.json", path };
  const found = mainFile(folder, specifier, { path, manifest });
  if ("broken" in found) return { ...found, path };
  const unsafe = problemOf(manifest) ?? problemOf(found.main);
  return unsafe ? { unsafe } : { ...found, manifest };
}

function mainFile(
  folder: string,
  specifier: string,
  { path, manifest }: { path: string; manifest: string },
): { readonly main: string } | { readonly broken: string; readonly cause?: Error } {
  let main: string;
  try {
    main = createRequire(folder).resolve(specifier);
  } catch (error) {
    return { broken: whyNotFound(error as NodeJS.ErrnoException, manifest), cause: error as Error };
  }
  if (main.startsWith(`${realpathSync(path)}${sep}`)) return { main };
  return { broken: "has no main file of its own" };
}

function whyNotFound({ code, message }: NodeJS.ErrnoException, manifest: string): string {
  if (code === "ERR_PACKAGE_PATH_NOT_EXPORTED")
    return 'cannot be found by its name: its "exports" in package.json need a "default" condition';
  if (code !== "MODULE_NOT_FOUND") return `cannot be loaded: ${message}`;
  const named = namedFile(manifest);
  return named === undefined
    ? 'has no main file: its package.json has no "exports", and there is no index.js'
    : `has no ${named}, which its package.json names. Was it built?`;
}

/** The main file that a package.json names. */
function namedFile(manifest: string): string | undefined {
  const described = JSON.parse(readFileSync(manifest, "utf8")) as { exports?: unknown; main?: unknown } | null;
  let at = described?.exports;
  while (typeof at === "object" && at !== null) {
    const given = at as Readonly<Record<string, unknown>>;
    at = given["."] ?? given.default ?? given.node ?? given.require;
  }
  return [at, described?.main].find((file): file is string => typeof file === "string");
}
