import { pathToFileURL } from "node:url";
import { HpcnbError, type Plugin, type PluginKind, whyNotAPlugin } from "@hpcnb/core";
import { guardImports } from "../guard-imports.js";
import { type BuiltInPlugin, type FoundPlugin, findPlugin } from "./find-plugin.js";

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

/** Runs the code of a plugin that was found. @throws HPCNB_PLUGIN_BROKEN */
export async function importPlugin(found: FoundPlugin): Promise<Plugin> {
  if (found.builtIn) return found.builtIn.load();
  const { kind, name, path, isForeign } = found;
  const url = pathToFileURL(path).href;
  if (isForeign) guardImports();
  let exported: unknown;
  try {
    exported = ((await import(url)) as { default?: unknown }).default;
  } catch (cause) {
    throw new HpcnbError(
      "HPCNB_PLUGIN_BROKEN",
      `The ${kind} "${name}" was found at ${path} but fails while loading: ${(cause as Error).message}`,
      { cause },
    );
  }
  const problem = whyNotAPlugin(exported, kind);
  if (problem) {
    throw new HpcnbError("HPCNB_PLUGIN_BROKEN", `${path} cannot be used as the ${kind} "${name}": ${problem}.`, {
      hint: "Is it the package you meant, and does its version fit this hpcnb?",
    });
  }
  return exported as Plugin;
}
