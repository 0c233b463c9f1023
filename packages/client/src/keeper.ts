import { HpcnbError, type Plugin } from "@hpcnb/core";
import { createLocalHost, createSshHost } from "@hpcnb/host";
import { becomeKeeper, markOf, type TunnelChoice } from "@hpcnb/tunnel";
import { tunnelPlugins } from "./plugins/built-in.js";
import { foreignHand } from "./plugins/foreign-hands.js";
import type { PluginLoader } from "./plugins/load-plugin.js";
import type { ServePlugin } from "./plugins/serve.js";

export { createPluginLoader, type PluginLoader } from "./plugins/load-plugin.js";
export { type PluginServices, type ServePlugin, serveWith } from "./plugins/serve.js";

/** Turns this process into a keeper that ends with its tunnels: see `becomeKeeper`. */
export async function keepTunnels(loader: PluginLoader, serve: ServePlugin): Promise<void> {
  await becomeKeeper(async ({ host: alias, tunnels, controlSocket }) => {
    // Nobody is at a terminal: what needs an answer was asked by the command that came first.
    const host =
      alias === undefined
        ? createLocalHost()
        : createSshHost({ alias, interactive: false, mark: markOf(controlSocket) });
    const plugins = await Promise.all(tunnels.map((choice) => load(choice, loader)));
    return plugins.flatMap(({ name, tunnel }, index) => {
      const { options = {} } = tunnels[index] ?? {};
      return tunnel ? [serve(name, host, (services) => tunnel.create({ ...services, options }))] : [];
    });
  });
  // What it has made ready, an ssh to a node, would keep it alive although nobody uses it.
  process.exit();
}

/** The command has found the plugin, and asked whoever had to be asked. */
async function load({ name, path }: TunnelChoice, loader: PluginLoader): Promise<Plugin> {
  const builtIn = tunnelPlugins.find((plugin) => plugin.name === name);
  if (path === undefined && builtIn) return builtIn.load();
  if (path === undefined) throw new HpcnbError("HPCNB_PLUGIN_NOT_FOUND", `The keeper has no tunnel "${name}".`);
  const problem = foreignHand(path);
  if (problem) throw new HpcnbError("HPCNB_PLUGIN_UNSAFE", `The tunnel "${name}" was not loaded: ${problem}.`);
  return loader.load({ kind: "tunnel", name, isForeign: true, origin: "own folder", path });
}
