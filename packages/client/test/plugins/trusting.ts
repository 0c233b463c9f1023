import type { Plugin, PluginKind } from "@hpcnb/core";
import { type BuiltInPlugin, findPlugin } from "../../src/plugins/find-plugin.js";
import { createPluginLoader } from "../../src/plugins/load-plugin.js";

/** For a test's own plugins. */
export const trustingLoader = () => createPluginLoader({ expect: async () => {} });

/** Finds a plugin and runs it. */
export async function loadPlugin(
  kind: PluginKind,
  name: string,
  sessionFile: string,
  known: readonly BuiltInPlugin[] = [],
): Promise<Plugin> {
  return trustingLoader().load(findPlugin(kind, name, sessionFile, known));
}
