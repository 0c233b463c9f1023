import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { FromSchema } from "json-schema-to-ts";
import { defined } from "../defined.js";
import { onlyGroup } from "../engine-groups.js";
import type { JobResources } from "../scheduler.js";
import { parseDuration, parseMemory } from "../units.js";
import { defaults } from "./defaults.js";
import { type PortRange, parsePortRange } from "./port-range.js";
import type { sessionSchema } from "./schema.js";
import type { PluginChoice, PythonEnvironment, Session, SessionSite } from "./session.js";

/** A session file that its schema has accepted, defaults filled in. */
export type SessionFile = FromSchema<typeof sessionSchema>;

type FileResources = NonNullable<SessionFile["resources"]>;

/** A valid file as a session: units and paths resolved. Pure but for the home directory. */
export function resolveSession(value: SessionFile, file: string, site?: SessionSite): Session {
  const { notebook, cluster, storage, tunnel, scheduler } = value;
  const directory = resolveDirectory(notebook.directory, value.host, file);
  return {
    name: value.name ?? sessionNameFrom(directory),
    file,
    site,
    host: value.host,
    scheduler: choiceOf(scheduler),
    notebook: {
      directory,
      app: notebook.app,
      environment: (notebook.environment ?? {}) as PythonEnvironment,
      saveScript: notebook.saveScript,
      password: notebook.password,
      listen: notebook.listen,
    },
    resources: resolveResources(value.resources),
    cluster: cluster && resolveCluster(cluster),
    storage: resolveStorage(storage),
    tunnel: resolveTunnel(tunnel),
  };
}

export function resolveStorage(
  storage: SessionFile["storage"] = { readiness: defaults.readiness, timeout: defaults.storageTimeout },
): Session["storage"] {
  const { plugin, options } = choiceOf(storage.readiness);
  return { readiness: plugin, options, timeoutMs: durationOf(storage.timeout) * 1000 };
}

export function resolveTunnel(tunnel: SessionFile["tunnel"] = { kind: defaults.tunnel }): Session["tunnel"] {
  const { plugin, options } = choiceOf(tunnel.kind);
  const { localPort, ports } = tunnel;
  return { kind: plugin, options, localPort, ports: ports === undefined ? undefined : portsOf(ports) };
}

function choiceOf(chosen: SessionFile["scheduler"]): PluginChoice {
  return typeof chosen === "object"
    ? { plugin: chosen.plugin, options: chosen.options ?? {} }
    : { plugin: chosen, options: {} };
}

function resolveCluster(cluster: NonNullable<SessionFile["cluster"]>): NonNullable<Session["cluster"]> {
  const resources = resolveResources(cluster.resources);
  const groups = cluster.groups
    ? cluster.groups.map(({ name, engines, atOnce, resources: own }) => ({
        name,
        engines,
        atOnce,
        resources: mergeResources(resources, resolveResources(own)),
      }))
    : [{ name: onlyGroup, engines: cluster.engines ?? 0, atOnce: cluster.atOnce, resources }];
  return {
    controller: cluster.controller,
    groups,
    minimum: cluster.minimum ?? mostAtOnce(groups),
    restarts: cluster.restarts,
    interface: cluster.interface,
    ports: cluster.ports === undefined ? undefined : portsOf(cluster.ports),
  };
}

/** How many engines of all groups can run at the same time. */
export function mostAtOnce(
  groups: readonly { readonly engines: number; readonly atOnce?: number | undefined }[],
): number {
  return groups.reduce((sum, { engines, atOnce }) => sum + Math.min(engines, atOnce ?? engines), 0);
}

function mergeResources(common: JobResources, own: JobResources): JobResources {
  const options = { ...common.options, ...own.options };
  return { ...common, ...own, ...defined({ options: Object.keys(options).length > 0 ? options : undefined }) };
}

function resolveResources({ memory, walltime, ...rest }: FileResources = {}): JobResources {
  return {
    ...(rest as Omit<JobResources, "memory" | "walltime">),
    ...defined({
      memory: memory === undefined ? undefined : certain(parseMemory(memory), memory),
      walltimeSeconds: walltime === undefined ? undefined : durationOf(walltime),
    }),
  };
}

function durationOf(text: string): number {
  return certain(parseDuration(text), text);
}

function portsOf(text: string): PortRange {
  return certain(parsePortRange(text), text);
}

/**
 * The schema's patterns let through exactly what the parsers of units understand; a test holds them
 * together.
 */
function certain<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`The schema accepts "${text}", which cannot be parsed`);
  return value;
}

function resolveDirectory(directory: string, host: string | undefined, file: string): string {
  if (host !== undefined) return directory;
  if (directory === "~") return homedir();
  return directory.startsWith("~/") ? join(homedir(), directory.slice(2)) : resolve(dirname(file), directory);
}

/** The directory's name, with what a session's name may not have replaced. */
export function sessionNameFrom(directory: string): string {
  const name = basename(directory)
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[._-]+/, "")
    .slice(0, 63);
  return name === "" || name === "default" ? "notebook" : name;
}
