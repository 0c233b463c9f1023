import type { Plugin } from "@hpcnb/core";
import { directTunnel } from "@hpcnb/tunnel";

/** The tunnels that hpcnb brings along; others come as plugins. */
export const tunnelPlugins: readonly Plugin[] = [directTunnel];

/** What `auto` tries, in this order. */
export const autoTunnels: readonly string[] = ["direct"];
