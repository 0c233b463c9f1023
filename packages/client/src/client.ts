import { fileURLToPath } from "node:url";
import { type Clock, type Host, type Log, type Plugin, systemClock } from "@hpcnb/core";
import type { SessionContext } from "@hpcnb/core/session";
import { type HowToLoadSession, loadSession } from "./load-session.js";
import { createPluginLoader, type PluginLoader } from "./plugins/load-plugin.js";
import { type ServePlugin, serveWith } from "./plugins/serve.js";
import type { Surroundings } from "./session-at.js";
import { openSite, type Site } from "./site.js";
import type { ValidSession } from "./valid-session.js";

export interface ClientOptions extends Surroundings {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Told what schedulers do without a command; the hosts have their own. Default: nobody is. */
  readonly log?: Log;
  /** Default: calls plugins' factories with this clock and log. */
  readonly serve?: ServePlugin;
  /** Default: one that this client alone uses. */
  readonly loader?: PluginLoader;
  /**
   * Node's arguments for the program that keeps tunnels: it calls `keepTunnels`. Default: one that
   * calls plugins' factories without a container.
   */
  readonly keeperProgram?: readonly string[];
}

/**
 * What a front end holds for as long as it runs: the hosts that it reaches, and the sites of its
 * sessions.
 */
export interface Client {
  hostOf(alias: string | undefined): Host;
  /**
   * A session by its file, or by where it is (`host:/directory`). @throws SessionFileError with all
   * that is wrong with its files; HPCNB_NO_SESSION where no session ever was.
   */
  load(fileOrAddress: string, how?: HowToLoadSession): Promise<ValidSession>;
  /**
   * All that is needed to act on a session, on the site that it shares with others of its host and
   * scheduler.
   */
  open(valid: ValidSession): SessionContext;
}

export function createClient({
  clock = systemClock,
  log = () => {},
  serve = serveWith({ clock, log }),
  loader = createPluginLoader(),
  keeperProgram = [fileURLToPath(new URL("../bin/keeper.js", import.meta.url))],
  ...around
}: ClientOptions): Client {
  const sites = new Map<Plugin, Map<string | undefined, Site>>();

  function siteOf({ session: { host: alias }, plugins: { scheduler } }: ValidSession): Site {
    const known = sites.get(scheduler) ?? new Map<string | undefined, Site>();
    sites.set(scheduler, known);
    const { hostOf, note, warn } = around;
    const host = hostOf(alias);
    const site = known.get(alias) ?? openSite({ alias, host, scheduler, clock, serve, keeperProgram, note, warn });
    known.set(alias, site);
    return site;
  }

  return {
    hostOf: around.hostOf,
    load: (fileOrAddress, how) => loadSession(fileOrAddress, { ...how, loader, ...around }),
    open: (valid) => siteOf(valid).open(valid),
  };
}
