import { resolve } from "node:path";
import { type Host, HpcnbError, type Plugin } from "@hpcnb/core";
import { findNotebookDirectory, readRecord, type SessionRecord } from "@hpcnb/core/session";
import { defaults, resolveStorage, resolveTunnel, type Session } from "@hpcnb/core/session-file";
import { type KnownSession, rememberedRuns, type Warn } from "./known-sessions.js";
import { absentScheduler, schedulerIsAbsent } from "./plugins/absent-scheduler.js";
import { autoTunnels, readinessPlugins } from "./plugins/built-in.js";
import { bundledScheduler, loadBundled } from "./plugins/bundled.js";
import { findPlugin } from "./plugins/find-plugin.js";
import { foreignHand } from "./plugins/foreign-hands.js";
import type { PluginLoader } from "./plugins/load-plugin.js";
import { expectOptions } from "./plugins/plugin-options.js";
import type { ValidSession } from "./valid-session.js";

/** How a front end reaches hosts, and what it hears meanwhile. */
export interface Surroundings {
  readonly hostOf: (alias: string | undefined) => Host;
  readonly note: (text: string) => void;
  readonly warn: Warn;
}

/** Where a session is. */
export interface SessionRef {
  /** What ssh connects to; undefined for this machine. */
  readonly host?: string | undefined;
  /** On that host: absolute, or beginning with `~/`. */
  readonly directory: string;
  /** What it was started with from here. */
  readonly known?: KnownSession;
  /** What is to be done needs the scheduler. */
  readonly needsScheduler?: boolean;
}

/**
 * A session that was started elsewhere, or whose files have changed, from what its record on the
 * host says: enough to connect to it, look at it and end it.
 * @throws HPCNB_NO_SESSION when nothing was ever started there.
 */
export async function loadSessionAt(
  { host: alias, directory: asked, known, needsScheduler = false }: SessionRef,
  { hostOf, note, warn, loader }: Surroundings & { readonly loader: PluginLoader },
): Promise<ValidSession> {
  const host = hostOf(alias);
  let text: string | undefined;
  const onRecord = (found: string) => {
    text = found;
  };
  const directory = await findNotebookDirectory(host, asked, "look", { note, onRecord });
  const record = await readRecord(host, directory, { remembered: rememberedRuns(alias, warn), text });
  if (!record) {
    throw new HpcnbError(
      "HPCNB_NO_SESSION",
      `There is no record of a session in ${directory} on ${alias ?? "this machine"}.`,
      {
        hint: "Start one with `hpcnb up` there, or here with a session file that names the host. If one runs and its record is lost, `hpcnb down` with its session file finds its jobs.",
      },
    );
  }
  const file = known?.file ?? `${alias}:${directory}`;
  const scheduler =
    (known && (await rememberedScheduler(record, known, loader))) ?? (await schedulerOf(record, file, needsScheduler));
  const readiness = await loader.load(findPlugin("readiness", defaults.readiness, file, readinessPlugins));
  return {
    session: sessionOf(record, { file, host: alias, directory }),
    plugins: { scheduler, readiness, tunnels: autoTunnels(alias) },
  };
}

/**
 * The plugin that this machine remembers to have started the session with. What it remembers it was
 * told by the user's own files; who could write them by now is asked again.
 */
async function rememberedScheduler(
  { scheduler }: SessionRecord,
  known: KnownSession,
  loader: PluginLoader,
): Promise<Plugin | undefined> {
  const { plugin: name, from } = known.scheduler ?? {};
  if (name !== scheduler.plugin || from === undefined || bundledScheduler(name)) return undefined;
  if (foreignHand(resolve(from))) return undefined;
  const found = findPlugin("scheduler", name, from);
  const isOfSite = found.isForeign && from !== known.file;
  const plugin = await loader.load(isOfSite ? { ...found, origin: "site file" } : found);
  await expectOptions(plugin, scheduler.options, known.file);
  return plugin;
}

/**
 * What a host says chooses among hpcnb's own schedulers, and decides of no other code that it is
 * run here. @throws HPCNB_STATE_UNREADABLE, HPCNB_UNSUPPORTED for another one that is needed.
 */
export async function schedulerOf(
  { scheduler }: Pick<SessionRecord, "scheduler">,
  fileOrAddress: string,
  isNeeded = false,
): Promise<Plugin> {
  const bundled = bundledScheduler(scheduler.plugin);
  if (!bundled && isNeeded) throw schedulerIsAbsent(scheduler.plugin, fileOrAddress);
  if (!bundled) return absentScheduler(scheduler.plugin, fileOrAddress);
  const plugin = await loadBundled(bundled);
  await expectOptions(plugin, scheduler.options, fileOrAddress);
  return plugin;
}

/** What only matters for starting is left at its default: from here nothing is started. */
function sessionOf(
  record: SessionRecord,
  { directory, ...origin }: { file: string; host: string | undefined; directory: string },
): Session {
  const groups = Object.entries(record.cluster?.wanted ?? {}).map(([name, engines]) => ({
    name,
    engines,
    resources: {},
    atOnce: undefined,
  }));
  return {
    ...origin,
    name: record.name,
    site: undefined,
    scheduler: record.scheduler,
    notebook: { directory, app: record.app, environment: {}, saveScript: false, password: undefined, listen: "auto" },
    resources: {},
    cluster: record.cluster && {
      controller: "job",
      groups,
      minimum: 1,
      restarts: 0,
      interface: undefined,
      ports: undefined,
    },
    storage: resolveStorage(),
    tunnel: resolveTunnel(),
  };
}
