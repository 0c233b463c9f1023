import { type Plugin, type PluginKind, readinessPlugins as readiness, type TunnelKind, tunnelKinds } from "@hpcnb/core";
import type { TunnelChoice } from "@hpcnb/tunnel";
import type { BuiltInPlugin } from "./find-plugin.js";

/** The strategies that hpcnb brings along. */
export const readinessPlugins: readonly BuiltInPlugin[] = readiness.map((plugin) => ({
  name: plugin.name,
  load: async () => plugin,
}));

const tunnels: Readonly<Record<TunnelKind, () => Promise<Plugin>>> = {
  jump: async () => (await import("@hpcnb/tunnel")).jumpTunnel,
  "login-forward": async () => (await import("@hpcnb/tunnel")).loginForwardTunnel,
  relay: async () => (await import("@hpcnb/tunnel")).relayTunnel,
  reverse: async () => (await import("@hpcnb/tunnel")).reverseTunnel,
  direct: async () => (await import("@hpcnb/tunnel")).directTunnel,
};

/** The tunnels that hpcnb brings along; others come as plugins. */
export const tunnelPlugins: readonly BuiltInPlugin[] = tunnelKinds.map((name) => ({ name, load: tunnels[name] }));

/**
 * Those of each kind that are found by their names alone. Schedulers are bundled packages, and
 * found as such.
 */
export const builtInPlugins: Readonly<Record<PluginKind, readonly BuiltInPlugin[]>> = {
  scheduler: [],
  readiness: readinessPlugins,
  tunnel: tunnelPlugins,
};

/** What `auto` tries, in this order. `direct` leads nowhere but to this machine. */
export function autoTunnels(host: string | undefined): TunnelChoice[] {
  const names = tunnelKinds.filter((kind) => (kind === "direct") === (host === undefined));
  return names.map((name) => ({ name, options: {} }));
}
