import { readFileSync, realpathSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";

/** No plugin is so large; counting on would take long. */
const mostFiles = 1_000;
const largestFile = 32 * 2 ** 20;

/** A path from a file: in an import or a require, or of what it reads beside itself. */
const relativePath = /["'`](\.\.?\/[^"'`\n]+)["'`]/g;
/** The name of a package, in an import or a require. */
const packageName = /\b(?:from|import|require)\s*(?:\(\s*)?["']((?:@[\w.-]+\/)?\w[\w.-]*)/g;

/** What a text names: relative paths, and packages. Pure. */
export function namedIn(text: string): { readonly paths: readonly string[]; readonly packages: readonly string[] } {
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);
  return { paths: all(relativePath), packages: all(packageName).filter((name) => !isBuiltin(name)) };
}

/**
 * The files that a plugin's code reaches by the paths that it names, its entry first: they are read
 * and not run. A package that it imports stands there by its package.json, which has its version.
 * What it reaches by a path that it puts together while it runs is not among them.
 * @returns absolute paths, links followed; undefined when they are too many.
 */
export function codeFiles(entry: string): readonly string[] | undefined {
  const files = new Set([entry]);
  for (const file of files) {
    if (files.size > mostFiles) return undefined;
    if (!/\.[cm]?js$/.test(file)) continue;
    const { paths, packages } = namedIn(contentOf(file).toString());
    for (const path of paths) add(files, withEnding(resolve(dirname(file), path)));
    for (const name of packages) add(files, manifestOf(name, file));
  }
  return [...files];
}

/** What cannot be read cannot run either. */
export function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

function add(files: Set<string>, path: string | undefined): void {
  if (path !== undefined) files.add(realpathSync(path));
}

/** What Node takes a path for: require() may leave out the ending. */
function withEnding(path: string): string | undefined {
  return ["", ".js", ".cjs", ".json", "/index.js"].map((ending) => `${path}${ending}`).find(isFile);
}

function manifestOf(name: string, importer: string): string | undefined {
  for (let at = dirname(importer), below = ""; at !== below; below = at, at = dirname(at)) {
    const manifest = join(at, "node_modules", name, "package.json");
    if (isFile(manifest)) return manifest;
  }
  return undefined;
}

function isFile(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= largestFile;
  } catch {
    // What cannot be read cannot run either.
    return false;
  }
}
