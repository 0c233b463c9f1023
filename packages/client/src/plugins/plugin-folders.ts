import { existsSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { configDirectory } from "../config-directory.js";

/**
 * Where a plugin was found: with the session file, with a site's file, in the user's own folder for
 * plugins, or beside hpcnb. The last three are the user's own choice, and that of an administrator.
 */
export type PluginOrigin = "session file" | "site file" | "own folder" | "beside hpcnb";

/** A `node_modules` in which packages of plugins are looked for. */
export interface PluginFolder {
  readonly folder: string;
  readonly origin: PluginOrigin;
}

/** In the order in which they are looked through. */
export function pluginFoldersFor(sessionFile: string): PluginFolder[] {
  const folders = [
    ...foldersAbove(sessionFile).map((folder) => ({ folder, origin: "session file" }) as const),
    { folder: join(configDirectory(), "node_modules"), origin: "own folder" } as const,
    ...foldersOfHpcnb().map((folder) => ({ folder, origin: "beside hpcnb" }) as const),
  ];
  return folders.filter(({ folder }, index) => folders.findIndex((one) => one.folder === folder) === index);
}

/** The `node_modules` of a file's directory and of each one above. */
function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(file), below = ""; at !== below; below = at, at = dirname(at))
    if (basename(at) !== "node_modules") folders.push(join(at, "node_modules"));
  return folders;
}

/**
 * The `node_modules` in which hpcnb lies, or is called from by a link, or has its dependencies:
 * who can write there can change hpcnb itself. pnpm gives each global package a
 * `node_modules` of its own, so that the others lie beside that.
 */
export function foldersOfHpcnb(program = process.argv[1]): string[] {
  const own = ownFolder();
  const around = [own, ...linksFrom(program)].flatMap(modulesAround);
  return [...new Set([join(own, "node_modules"), ...around, ...around.flatMap(globalsOfPnpm)])];
}

/** The folder of the package that this file belongs to. */
function ownFolder(): string {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return root;
}

/** The last `node_modules` in a path, if there is one. */
function modulesAround(path: string): string[] {
  const at = path.lastIndexOf(`${sep}node_modules${sep}`);
  return at < 0 ? [] : [path.slice(0, at + `${sep}node_modules`.length)];
}

/** A path, and all that it leads to if it is a link, before links above it are followed. */
function linksFrom(program: string | undefined): string[] {
  const names: string[] = [];
  for (let at = program; at !== undefined && !names.includes(at); at = targetOf(at)) names.push(at);
  return names;
}

function targetOf(path: string): string | undefined {
  try {
    return resolve(realpathSync(dirname(path)), readlinkSync(path));
  } catch {
    // It is no link, or none that leads anywhere.
    return undefined;
  }
}

/**
 * pnpm 11 and later: `global/v11/HASH` is a link to the folder of one global package. Folders that
 * no link leads to are old.
 */
function globalsOfPnpm(folder: string): string[] {
  const [, all] = /^(.*\/global\/v\d+)\/[^/]+\/node_modules$/.exec(folder) ?? [];
  if (all === undefined) return [];
  const links = readdirSync(all, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  return links.map(({ name }) => join(all, name, "node_modules"));
}
