import { existsSync, lstatSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { HpcnbError } from "@hpcnb/core";

/** A package's name, and perhaps a path in it. */
const specifierPattern = /^((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)(?:\/[\w-][\w.-]*)*$/;

/**
 * Finds a package in one `node_modules`. Node's own search would go on in the folders above, and in
 * those that NODE_PATH and HOME name.
 * @param problemOf says of a path why it is not to be used. It is asked before anything in the
 *   package has a say.
 * @returns undefined when there is no such package.
 * @throws HPCNB_PLUGIN_BROKEN when the package is there and has no main file.
 */
export function findPackage(
  folder: string,
  specifier: string,
  problemOf: (path: string) => string | undefined = () => undefined,
): { readonly main: string; readonly problem?: undefined } | { readonly problem: string } | undefined {
  const [, name] = specifierPattern.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const place = join(folder, name);
  const manifest = join(place, "package.json");
  if (!lstatSync(place, { throwIfNoEntry: false })) return undefined;
  const found = problemOf(place);
  if (found) return { problem: found };
  if (!existsSync(manifest)) return undefined;
  const main = mainFile(folder, specifier, place);
  const problem = problemOf(manifest) ?? problemOf(main);
  return problem ? { problem } : { main };
}

function mainFile(folder: string, specifier: string, place: string): string {
  try {
    const main = createRequire(folder).resolve(specifier);
    if (main.startsWith(`${realpathSync(place)}${sep}`)) return main;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new HpcnbError("HPCNB_PLUGIN_BROKEN", `${specifier} is in ${folder} but cannot be loaded: ${message}`, {
      cause: error,
      hint:
        code === "ERR_PACKAGE_PATH_NOT_EXPORTED"
          ? 'The "exports" of a plugin\'s package.json need a "default" condition.'
          : undefined,
    });
  }
  throw new HpcnbError("HPCNB_PLUGIN_BROKEN", `${specifier} is in ${folder} but has no main file of its own.`);
}

/** The `node_modules` of a file's directory and of each one above. */
export function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(file), below = ""; at !== below; below = at, at = dirname(at))
    if (basename(at) !== "node_modules") folders.push(join(at, "node_modules"));
  return folders;
}

/**
 * The `node_modules` in which hpcnb lies or has its dependencies: who can write there can change
 * hpcnb itself.
 */
export function foldersOfHpcnb(): string[] {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  const around = root.lastIndexOf(`${sep}node_modules${sep}`);
  const own = join(root, "node_modules");
  return around < 0 ? [own] : [own, root.slice(0, around + `${sep}node_modules`.length)];
}
