import { HpcnbError, type PluginKind } from "@hpcnb/core";
import { kindNames } from "./kinds.js";

/** A plugin that hpcnb does not bring along, by its name in the session file and its place. */
export interface ForeignPlugin {
  readonly kind: PluginKind;
  readonly name: string;
  readonly path: string;
}

/**
 * A fault of a plugin, told as the plugin's. `problem` follows the plugin in the sentence. Pure.
 */
export function brokenPlugin({ kind, name, path }: ForeignPlugin, problem: string, cause?: Error): HpcnbError {
  const message = `The ${kindNames[kind]} "${name}" (${path}) ${problem.replace(/\.$/, "")}.`;
  return new HpcnbError("HPCNB_PLUGIN_BROKEN", message, {
    hint: "This is a fault of the plugin, not of hpcnb. Is it the plugin you meant, and does its version fit this hpcnb?",
    cause,
  });
}

/**
 * What was thrown, in words, and where in the plugin's own files if that is told: for its author.
 */
export function thrown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const what = `${error.name}: ${error.message}`;
  const line = /(?:file:\/\/)?(\/[^\s()]+:\d+):\d+\)?$/m.exec(error.stack?.replace(what, "") ?? "")?.[1];
  return line === undefined ? what : `${what} (at ${line})`;
}
