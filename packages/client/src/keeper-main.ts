import { systemClock } from "@hpcnb/core";
import { createLocalHost, createSshHost } from "@hpcnb/host";
import { becomeKeeper, markOf } from "@hpcnb/tunnel";
import { tunnelPlugins } from "./plugins/built-in.js";
import { loadPlugin } from "./plugins/load-plugin.js";

const ended = becomeKeeper(async ({ host: alias, kinds, sessionFile, controlSocket }) => {
  // Nobody is at a terminal: what needs an answer was asked by the command that came first.
  const host =
    alias === undefined ? createLocalHost() : createSshHost({ alias, interactive: false, mark: markOf(controlSocket) });
  const plugins = await Promise.all(kinds.map((kind) => loadPlugin("tunnel", kind, sessionFile, tunnelPlugins)));
  return plugins.flatMap(({ tunnel }) => (tunnel ? [tunnel.create({ host, clock: systemClock })] : []));
});
// What it has made ready, an ssh to a node, would keep it alive although nobody uses it.
void ended.then(() => process.exit());
