import { type Plugin, readinessPlugins, type Session } from "@hpcnb/core";
import { directTunnel } from "@hpcnb/tunnel";
import { loadPlugin } from "./load-plugin.js";

export interface SessionPlugins {
  readonly scheduler: Plugin;
  readonly readiness: Plugin;
  /** Names of tunnel plugins, in the order to try them. The keeper loads them itself. */
  readonly tunnelKinds: readonly string[];
}

const tunnelPlugins: readonly Plugin[] = [directTunnel];

/** What `auto` tries, in this order. */
const autoTunnels = ["direct"] as const;

/** Loads what the session file names. */
export async function loadSessionPlugins(session: Session): Promise<SessionPlugins> {
  const tunnelKinds = session.tunnel.kind === "auto" ? autoTunnels : [session.tunnel.kind];
  const [scheduler, readiness] = await Promise.all([
    loadPlugin("scheduler", session.scheduler.plugin, session.file),
    loadPlugin("readiness", session.storage.readiness, session.file, readinessPlugins),
    loadTunnels(tunnelKinds, session.file),
  ]);
  return { scheduler, readiness, tunnelKinds };
}

export function loadTunnels(kinds: readonly string[], sessionFile: string): Promise<Plugin[]> {
  return Promise.all(kinds.map((kind) => loadPlugin("tunnel", kind, sessionFile, tunnelPlugins)));
}
