import type { Plugin } from "@hpcnb/core";
import { directTunnel, jumpTunnel, loginForwardTunnel } from "@hpcnb/tunnel";

/** The tunnels that hpcnb brings along; others come as plugins. */
export const tunnelPlugins: readonly Plugin[] = [jumpTunnel, loginForwardTunnel, directTunnel];

/** What `auto` tries, in this order. */
export function autoTunnels(host: string | undefined): readonly string[] {
  return host === undefined ? ["direct"] : ["jump", "login-forward"];
}
