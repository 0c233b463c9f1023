import {
  type Clock,
  type Host,
  HpcnbError,
  lackedBy,
  type Plugin,
  type Scheduler,
  sharedScheduler,
  supplement,
} from "@hpcnb/core";
import type { SessionContext } from "@hpcnb/core/session";
import { SessionFileError } from "@hpcnb/core/session-file";
import { createWorkload } from "@hpcnb/jupyter";
import { createConnector, makeTunnelKeys, type TunnelChoice } from "@hpcnb/tunnel";
import { rememberedPort, rememberedRuns, type Warn } from "./known-sessions.js";
import { rememberingConnector } from "./known-tunnels.js";
import { expectOptions } from "./plugins/plugin-options.js";
import type { PluginServices, ServePlugin } from "./plugins/serve.js";
import type { ValidSession } from "./valid-session.js";
import { exportedVariables } from "./variables.js";

export interface SiteOptions {
  /** The submit node's ssh alias; undefined for this machine. */
  readonly alias: string | undefined;
  readonly host: Host;
  /** A plugin that offers a scheduler. */
  readonly scheduler: Plugin;
  readonly clock: Clock;
  readonly serve: ServePlugin;
  /** Node's arguments for the program that keeps tunnels: it calls `keepTunnels`. */
  readonly keeperProgram: readonly string[];
  /** Told what a person should know beside what was asked for. */
  readonly note: (text: string) => void;
  readonly warn: Warn;
}

/** A cluster as this process uses it. Its sessions share the submit node and the scheduler. */
export interface Site {
  readonly host: Host;
  /**
   * The site's scheduler with these options, which its plugin must have found valid. There is one
   * object for all who ask with the same options, and one question for all who ask at the same
   * time.
   */
  scheduler(options: Readonly<Record<string, unknown>>): Scheduler;
  /** All that is needed to act on a session of this site. Nothing is done yet. */
  open(valid: ValidSession): SessionContext;
}

export function openSite({
  alias,
  host,
  scheduler: plugin,
  clock,
  serve,
  keeperProgram,
  note,
  warn,
}: SiteOptions): Site {
  const schedulers = new Map<string, Scheduler>();
  const supplemented = (own: Scheduler) => supplement(own, { name: plugin.name, lacks: plugin.scheduler?.lacks });

  function scheduler(options: Readonly<Record<string, unknown>>): Scheduler {
    const key = JSON.stringify(options);
    const make = (services: PluginServices) => offered(plugin, "scheduler").create({ ...services, options });
    const known = schedulers.get(key) ?? sharedScheduler(supplemented(serve(plugin.name, host, make)));
    schedulers.set(key, known);
    return known;
  }

  function open({ session, plugins, source }: ValidSession): SessionContext {
    const { options } = session.scheduler;
    const own = scheduler(options);
    const connectorBy = (tunnels: readonly TunnelChoice[]) =>
      createConnector({
        keeperProgram,
        host,
        alias,
        sessionFile: session.file,
        tunnels,
        localPort: session.tunnel.localPort,
        lastPort: (run) => rememberedPort(run, warn),
      });
    const connector = () =>
      alias === undefined || plugins.tunnels.length < 2
        ? connectorBy(plugins.tunnels)
        : rememberingConnector({ host: alias, file: session.file }, plugins.tunnels, connectorBy, warn);
    // On a submit node there is nothing to connect: the notebook runs elsewhere, and the browser is
    // elsewhere again.
    const browserIsHere = alias !== undefined || own.runsOnHost;
    return {
      session,
      host,
      scheduler: own,
      schedulerFor: async (recorded) => {
        await expectOptions(plugin, recorded, session.file);
        return scheduler(recorded);
      },
      lacks: lackedBy(plugin.scheduler ?? {}),
      expectStartable: () => {
        if (!source) {
          throw new HpcnbError(
            "HPCNB_BAD_ARGUMENTS",
            `Starting ${session.name} needs its session file: its record does not say what its jobs need.`,
          );
        }
        if (source.limits.length > 0) throw new SessionFileError(source.file, source.limits, source.help);
      },
      workload: createWorkload(),
      readiness: serve(plugins.readiness.name, host, (services) =>
        offered(plugins.readiness, "readiness").create({ ...services, ...session.storage }),
      ),
      connector: browserIsHere ? connector() : undefined,
      makeTunnelKeys,
      clock,
      variables: exportedVariables(session),
      remembered: rememberedRuns(alias, warn),
      note,
    };
  }

  return { host, scheduler, open };
}

/** The loader has made sure that the plugin offers what it was loaded for. */
function offered<Kind extends "scheduler" | "readiness">(plugin: Plugin, kind: Kind): NonNullable<Plugin[Kind]> {
  const factory = plugin[kind];
  if (!factory) throw new Error(`The plugin ${plugin.name} offers no ${kind}`);
  return factory;
}
