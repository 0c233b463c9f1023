import { pathToFileURL } from "node:url";
import { type Plugin, type PluginKind, whyNotAPlugin } from "@hpcnb/core";
import { guardImports } from "../guard-imports.js";
import { answerable } from "./answerable.js";
import { brokenPlugin, type ForeignPlugin, thrown } from "./broken.js";
import { type BuiltInPlugin, type FoundPlugin, findPlugin } from "./find-plugin.js";
import { syntaxErrorIn } from "./syntax-error.js";

/** Runs the code of plugins that were found: once, so that sessions with the same one share it. */
export interface PluginLoader {
  /**
   * The faults of a plugin that hpcnb does not bring along are told as its own from then on.
   * @throws HPCNB_PLUGIN_BROKEN
   */
  load(found: FoundPlugin): Promise<Plugin>;
}

export function createPluginLoader(): PluginLoader {
  const loaded = new Map<string, Promise<Plugin>>();
  return {
    load: async (found) => {
      if (!found.isForeign) return found.builtIn.load();
      const key = `${found.kind} ${found.path}`;
      const plugin = loaded.get(key) ?? importForeign(found);
      loaded.set(key, plugin);
      return plugin;
    },
  };
}

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
  return createPluginLoader().load(findPlugin(kind, name, sessionFile, known));
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
