import { systemClock } from "@hpcnb/core";
import { becomeKeeper, createLocalHost } from "@hpcnb/tunnel";
import { tunnelPlugins } from "./plugins/builtin-tunnels.js";
import { loadPlugin } from "./plugins/load-plugin.js";

await becomeKeeper(async ({ kinds, sessionFile }) => {
  const host = createLocalHost();
  const plugins = await Promise.all(kinds.map((kind) => loadPlugin("tunnel", kind, sessionFile, tunnelPlugins)));
  return plugins.flatMap(({ tunnel }) => (tunnel ? [tunnel.create({ host, clock: systemClock })] : []));
});
