import { pathToFileURL } from "node:url";
import { type Plugin, type PluginKind, whyNotAPlugin } from "@hpcnb/core";
import { guardImports } from "../guard-imports.js";
import { answerable } from "./answerable.js";
import { brokenPlugin, type ForeignPlugin, thrown } from "./broken.js";
import { type BuiltInPlugin, type FoundPlugin, findPlugin } from "./find-plugin.js";
import { syntaxErrorIn } from "./syntax-error.js";

/**
 * Finds a plugin (see `findPlugin`) and runs its code. @throws HPCNB_PLUGIN_BROKEN when it was
 * found and cannot be used.
 */
export async function loadPlugin(
  kind: PluginKind,
  name: string,
  sessionFile: string,
  known: readonly BuiltInPlugin[] = [],
): Promise<Plugin> {
  return importPlugin(findPlugin(kind, name, sessionFile, known));
}

/** Plugins of others by kind and path: sessions with the same one share its site. */
const loaded = new Map<string, Promise<Plugin>>();

/**
 * Runs the code of a plugin that was found. The faults of one that hpcnb does not bring along are
 * told as its own from then on. @throws HPCNB_PLUGIN_BROKEN
 */
export function importPlugin(found: FoundPlugin): Promise<Plugin> {
  if (!found.isForeign) return found.builtIn.load();
  const key = `${found.kind} ${found.path}`;
  const plugin = loaded.get(key) ?? importForeign(found);
  loaded.set(key, plugin);
  return plugin;
}

async function importForeign(found: ForeignPlugin): Promise<Plugin> {
  guardImports();
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(found.path).href)) as { readonly default?: unknown }).default;
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? syntaxErrorIn(found.path, cause) : undefined;
    throw brokenPlugin(found, problem ?? `fails while loading: ${thrown(cause)}`, cause as Error);
  }
  if (isCommonJs(exported))
    throw brokenPlugin(
      found,
      'is a CommonJS module, and hpcnb needs an ES module: compile it as one, with "type": "module" in its package.json',
    );
  const problem = whyNotAPlugin(exported, found.kind);
  if (problem) throw brokenPlugin(found, `cannot be used: ${problem}`);
  return answerable(exported as Plugin, found);
}

/** What a compiler makes of `export default` for require(). */
function isCommonJs(exported: unknown): boolean {
  return typeof exported === "object" && exported !== null && "default" in exported && !("apiVersion" in exported);
}
