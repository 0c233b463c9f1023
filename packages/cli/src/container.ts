import "reflect-metadata";
import { fileURLToPath } from "node:url";
import { exportedVariables, rememberedRuns, type SessionPlugins, withSharedStatus } from "@hpcnb/client";
import {
  type Clock,
  type Connector,
  type Host,
  type Plugin,
  type Scheduler,
  type StorageReadiness,
  systemClock,
} from "@hpcnb/core";
import type { SessionContext, Workload } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { createWorkload } from "@hpcnb/jupyter";
import { createConnector } from "@hpcnb/tunnel";
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from "tsyringe";
import { hostOf } from "./host-of.js";
import { tell, tellNote } from "./print.js";

const ClockToken: InjectionToken<Clock> = Symbol("hpcnb.Clock");
const HostToken: InjectionToken<Host> = Symbol("hpcnb.Host");
const SchedulerToken: InjectionToken<Scheduler> = Symbol("hpcnb.Scheduler");
const ReadinessToken: InjectionToken<StorageReadiness> = Symbol("hpcnb.StorageReadiness");
const WorkloadToken: InjectionToken<Workload> = Symbol("hpcnb.Workload");
const ConnectorToken: InjectionToken<Connector> = Symbol("hpcnb.Connector");

/**
 * The composition root: the one place that decides which implementation stands behind which word of
 * core.
 */
export function composeSession(session: Session, plugins: SessionPlugins): SessionContext {
  const root = container.createChildContainer();
  const once = <T>(token: InjectionToken<T>, make: (c: DependencyContainer) => T) =>
    root.register(token, { useFactory: instanceCachingFactory(make) });

  once(ClockToken, () => systemClock);
  once(HostToken, () => hostOf(session.host));
  once(WorkloadToken, () => createWorkload());
  const { options } = session.scheduler;
  once(SchedulerToken, (c) =>
    withSharedStatus(
      offered(plugins.scheduler, "scheduler").create({
        host: c.resolve(HostToken),
        clock: c.resolve(ClockToken),
        options,
      }),
      { plugin: plugins.scheduler, host: session.host, options },
    ),
  );
  once(ReadinessToken, (c) =>
    offered(plugins.readiness, "readiness").create({ clock: c.resolve(ClockToken), timeout: session.storage.timeout }),
  );
  once(ConnectorToken, (c) =>
    createConnector({
      keeperProgram: fileURLToPath(new URL("../bin/keeper.js", import.meta.url)),
      host: c.resolve(HostToken),
      alias: session.host,
      sessionFile: session.file,
      kinds: plugins.tunnelKinds,
      localPort: session.tunnel.localPort,
    }),
  );

  const scheduler = root.resolve(SchedulerToken);
  // On a submit node there is nothing to connect: the notebook runs elsewhere, and the browser is
  // elsewhere again.
  const browserIsHere = session.host !== undefined || scheduler.runsOnHost;
  return {
    session,
    host: root.resolve(HostToken),
    scheduler,
    workload: root.resolve(WorkloadToken),
    readiness: root.resolve(ReadinessToken),
    connector: browserIsHere ? root.resolve(ConnectorToken) : undefined,
    clock: root.resolve(ClockToken),
    variables: exportedVariables(session),
    remembered: rememberedRuns(session.host, tell),
    note: tellNote,
  };
}

/** The loader has made sure that the plugin offers what it was loaded for. */
function offered<Kind extends "scheduler" | "readiness">(plugin: Plugin, kind: Kind): NonNullable<Plugin[Kind]> {
  const factory = plugin[kind];
  if (!factory) throw new Error(`The plugin ${plugin.name} offers no ${kind}`);
  return factory;
}
