import { resolve } from "node:path";
import { defined, HpcnbError, type PluginKind } from "@hpcnb/core";
import { defaults, type Session, type SessionSource } from "@hpcnb/core/session-file";
import type { TunnelChoice } from "@hpcnb/tunnel";
import { mappingAt, textAt, valueAt } from "../source-values.js";
import { autoTunnels, builtInPlugins } from "./built-in.js";
import { type FoundPlugin, findPlugin } from "./find-plugin.js";
import { pluginKinds } from "./kinds.js";

/** The keys that lead to the names of plugins in a session file. */
export const keysOf: Readonly<Record<PluginKind, readonly string[]>> = {
  scheduler: ["scheduler"],
  readiness: ["storage", "readiness"],
  tunnel: ["tunnel", "kind"],
};

/** A plugin, where it is named, and in which file: the session file, or a site's. */
export interface NamedPlugin {
  readonly pointer: string;
  /** Its relative paths begin there. */
  readonly from: string;
  readonly found: FoundPlugin;
}

/**
 * Finds the plugins that a session file names, the tunnels of `auto` excepted. They are looked up
 * even when other things are wrong, so that all problems are told at once: `fail` hears of each.
 */
export function findNamed(source: SessionSource, fail: (pointer: string, error: unknown) => void): NamedPlugin[] {
  return pluginKinds.flatMap((kind) => {
    const pointer = pointerOf(source, kind);
    try {
      const name = chosen(source, kind);
      if (kind === "tunnel" && !isTunnelToLoad(source, name)) return [];
      const from = resolve(source.layers.fileAt(pointer).file);
      const found = findPlugin(kind, name, from, builtInPlugins[kind]);
      const isOfSite = found.isForeign && found.origin === "session file" && from !== resolve(source.file);
      return [{ pointer, from, found: isOfSite ? { ...found, origin: "site file" } : found }];
    } catch (error) {
      fail(pointer, error);
      return [];
    }
  });
}

/** Where a plugin is named: by a text alone, or in a mapping. */
function pointerOf(source: SessionSource, kind: PluginKind): string {
  const keys = keysOf[kind];
  return ["", ...keys, ...(mappingAt(source, ...keys) ? ["plugin"] : [])].join("/");
}

function chosen(source: SessionSource, kind: PluginKind): string {
  const keys = keysOf[kind];
  return textAt(source, ...keys, "plugin") ?? textAt(source, ...keys) ?? defaults[kind];
}

/**
 * The keeper loads hpcnb's own, which are known to be right. Only options that one of them is given
 * are to be looked at.
 */
function isTunnelToLoad(source: SessionSource, name: string): boolean {
  const hasOptions = valueAt(source, ...keysOf.tunnel, "options") !== undefined;
  if (name === "auto" && hasOptions)
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", "auto has no options: they go with one kind of tunnel");
  return hasOptions || (name !== "auto" && builtInPlugins.tunnel.every((plugin) => plugin.name !== name));
}

/** The tunnels to try, in order. */
export function tunnelsOf(
  { host, tunnel: { kind } }: Session,
  named: readonly NamedPlugin[],
  options: TunnelChoice["options"],
): TunnelChoice[] {
  if (kind === "auto") return autoTunnels(host);
  const found = named.map((plugin) => plugin.found).find((plugin) => plugin.kind === "tunnel");
  return [{ name: kind, ...defined({ path: found?.isForeign ? found.path : undefined }), options }];
}
