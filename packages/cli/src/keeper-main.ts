import { systemClock } from "@hpcnb/core";
import { becomeKeeper, createLocalHost } from "@hpcnb/tunnel";
import { loadTunnels } from "./plugins/session-plugins.js";

await becomeKeeper(async ({ kinds, sessionFile }) => {
  const host = createLocalHost();
  const plugins = await loadTunnels(kinds, sessionFile);
  return plugins.flatMap(({ tunnel }) => (tunnel ? [tunnel.create({ host, clock: systemClock })] : []));
});
