import { type Plugin, whyNotAPlugin } from "@hpcnb/core";
import { guardImports } from "../guard-imports.js";
import { answerable } from "./answerable.js";
import { brokenPlugin, type ForeignPlugin, thrown } from "./broken.js";
import type { FoundPlugin } from "./find-plugin.js";
import { importFile } from "./import-file.js";
import { createTrust, type Trust } from "./trust.js";

/** Runs the code of plugins that were found: once, so that sessions with the same one share it. */
export interface PluginLoader {
  /**
   * The faults of a plugin that hpcnb does not bring along are told as its own from then on.
   * @param announce is called before foreign code runs, once it may.
   * @throws HPCNB_PLUGIN_UNTRUSTED for code that a session file names and the user does not trust:
   *   it has not run then; HPCNB_PLUGIN_BROKEN.
   */
  load(found: FoundPlugin, announce?: () => void): Promise<Plugin>;
}

/** @param trust by default, code runs that was trusted before, and nobody is asked. */
export function createPluginLoader(trust: Trust = createTrust()): PluginLoader {
  const loaded = new Map<string, Promise<Plugin>>();
  return {
    load: async (found, announce) => {
      if (!found.isForeign) return found.builtIn.load();
      if (found.origin === "session file") await trust.expect(found);
      announce?.();
      const key = `${found.kind} ${found.path}`;
      const plugin = loaded.get(key) ?? importForeign(found);
      loaded.set(key, plugin);
      return plugin;
    },
  };
}

async function importForeign(found: ForeignPlugin): Promise<Plugin> {
  guardImports();
  let exported: unknown;
  try {
    exported = (await importFile(found.path)).default;
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? await whereInPlugin(found.path, cause) : undefined;
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

/** Few plugins have such an error: the way to its place is loaded when it is needed. */
async function whereInPlugin(path: string, error: SyntaxError): Promise<string | undefined> {
  return (await import("./syntax-error.js")).syntaxErrorIn(path, error);
}

/** What a compiler makes of `export default` for require(). */
function isCommonJs(exported: unknown): boolean {
  return typeof exported === "object" && exported !== null && "default" in exported && !("apiVersion" in exported);
}
