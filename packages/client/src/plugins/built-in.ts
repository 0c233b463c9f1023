import { type PluginKind, readinessPlugins as readiness } from "@hpcnb/core";
import type { TunnelChoice } from "@hpcnb/tunnel";
import type { BuiltInPlugin } from "./find-plugin.js";

/** The strategies that hpcnb brings along. */
export const readinessPlugins: readonly BuiltInPlugin[] = readiness.map((plugin) => ({
  name: plugin.name,
  load: async () => plugin,
}));

/** The tunnels that hpcnb brings along; others come as plugins. */
export const tunnelPlugins: readonly BuiltInPlugin[] = [
  { name: "jump", load: async () => (await import("@hpcnb/tunnel")).jumpTunnel },
  { name: "login-forward", load: async () => (await import("@hpcnb/tunnel")).loginForwardTunnel },
  { name: "direct", load: async () => (await import("@hpcnb/tunnel")).directTunnel },
];

/**
 * Those of each kind that are found by their names alone. Schedulers are bundled packages, and
 * found as such.
 */
export const builtInPlugins: Readonly<Record<PluginKind, readonly BuiltInPlugin[]>> = {
  scheduler: [],
  readiness: readinessPlugins,
  tunnel: tunnelPlugins,
};

/** What `auto` tries, in this order. */
export function autoTunnels(host: string | undefined): TunnelChoice[] {
  const names = host === undefined ? ["direct"] : ["jump", "login-forward"];
  return names.map((name) => ({ name, options: {} }));
}
