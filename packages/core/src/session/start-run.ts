import { randomBytes, randomInt } from "node:crypto";
import { defined } from "../defined.js";
import type { FileToWrite } from "../host.js";
import type { EngineGroup } from "../session-file/session.js";
import { tunnelKeyFiles, tunnelKeysPath } from "../tunnel-keys.js";
import type { SessionContext } from "./context.js";
import { jobOfSession } from "./job-names.js";
import { clusterDirectory, runDirectory } from "./layout.js";
import { openTracker } from "./open-session.js";
import { pruneRuns, removeRuns } from "./runs.js";
import { type JobRecord, roleOfJob, type SessionRecord } from "./session-record.js";
import { setAsideDamaged } from "./set-aside.js";
import { planContext, submitMissing } from "./settle.js";
import { splitArray } from "./split-array.js";
import type { Tracker } from "./tracker.js";
import type { ClusterContext, EngineArray, JobRole, PlanContext, Run } from "./workload.js";

/**
 * Makes a run's files and submits its jobs, all at once. To be called with the session's lock held.
 */
export async function startRun(tracker: Tracker, signal?: AbortSignal): Promise<void> {
  const { host, makeTunnelKeys, scheduler, session } = tracker.context;
  await setAsideDamaged(tracker, signal);
  const { context, files, record } = planRun(tracker);
  const keys = await makeTunnelKeys();
  await pruneRuns(tracker, async () => {
    const listed = await scheduler.status(signal);
    const alive = listed.flatMap(({ name }) => jobOfSession(name, session.name, scheduler)?.run ?? []);
    return new Set([...alive, tracker.state.record?.run.id ?? ""]);
  });
  try {
    await host.writeFiles([...files, ...tunnelKeyFiles(record.run, keys)], signal);
    await tracker.writeRecord(record);
  } catch (error) {
    await forgetRun(tracker, record.run.id);
    throw error;
  }
  await submitMissing(tracker, record, { context, listed: [], signal });
}

/** Nothing was submitted, so the run's secrets are of no use. */
async function forgetRun({ context: { host, note }, directory }: Tracker, run: string): Promise<void> {
  try {
    await removeRuns(host, directory, [run]);
  } catch (error) {
    note?.(`The files of the run that was not started stay behind: ${(error as Error).message}`);
  }
}

/** A job for people to read. */
export interface DryRunJob {
  /** What the scheduler would be told, see `Scheduler.render`. */
  readonly command: string;
  readonly script: string;
}

/**
 * What starting a session would do: the files that it would write, and what it would submit.
 * Nothing is done.
 */
export async function dryRun(
  context: SessionContext,
  signal?: AbortSignal,
): Promise<{ readonly files: readonly string[]; readonly jobs: readonly DryRunJob[] }> {
  context.expectStartable?.();
  const tracker = await openTracker(context, "look", signal);
  const { files, record, rendered } = planRun(tracker);
  const keyFiles = (["notebook", "keeper"] as const).map((side) => tunnelKeysPath(record.run, side));
  return { files: [...files.map(({ path }) => path), ...keyFiles], jobs: rendered };
}

interface PlannedRun {
  readonly context: PlanContext;
  readonly files: readonly FileToWrite[];
  readonly record: SessionRecord;
  /**
   * What will be submitted. A job that the scheduler could never express is refused here, before
   * anything is done.
   */
  readonly rendered: readonly DryRunJob[];
}

/** A new run. Nothing of it exists yet. */
function planRun(tracker: Tracker): PlannedRun {
  const { session, workload, variables, scheduler } = tracker.context;
  const run = newRun(tracker.directory);
  const inNotebook = session.cluster?.controller === "notebook";
  const wanted = wantedOf(session.cluster?.groups ?? []);
  const cluster = session.cluster && { generation: 1, inNotebook, directory: clusterDirectory(run, 1) };
  const context = planContext(tracker, run, cluster);
  const files = workload.runFiles(context, variables);
  if (cluster) files.push(...workload.clusterFiles({ ...context, cluster }));
  const record: SessionRecord = {
    format: 1,
    name: session.name,
    app: session.notebook.app,
    run: { id: run.id, directory: run.directory },
    scheduler: session.scheduler,
    startedAt: new Date().toISOString(),
    ...defined({ cluster: cluster && { generation: 1, inNotebook, wanted } }),
    jobs: [
      jobRecord(tracker, context, { role: "notebook" }),
      ...(cluster ? clusterJobs(tracker, { ...context, cluster }, wanted) : []),
    ],
  };
  const rendered = record.jobs.map((job) => {
    const spec = workload.job(context, roleOfJob(job));
    return { command: scheduler.render(spec), script: spec.script };
  });
  return { context, files, record, rendered };
}

/** The jobs of a new cluster, in the order of their submission. */
export function clusterJobs(
  tracker: Tracker,
  context: ClusterContext,
  wanted: Readonly<Record<string, number>>,
): JobRecord[] {
  const controller = context.cluster.inNotebook ? [] : [jobRecord(tracker, context, { role: "controller" })];
  return [...controller, ...arrayJobs(tracker, context, wanted, 1)];
}

/**
 * An array for each group that is to have engines (more), or several where the scheduler takes none
 * so large. The engines are numbered from `first` on.
 */
export function arrayJobs(
  tracker: Tracker,
  context: ClusterContext,
  engines: Readonly<Record<string, number>>,
  first: number,
): JobRecord[] {
  const { session, scheduler } = tracker.context;
  let next = first;
  return Object.entries(engines).flatMap(([group, tasks]): JobRecord[] => {
    const atOnce = session.cluster?.groups.find(({ name }) => name === group)?.atOnce;
    return splitArray(tasks, { largest: scheduler.largestArray, atOnce }).map(({ tasks: length, ...limit }) => {
      const array: EngineArray = { group, first: next, last: next + length - 1, ...limit };
      next += length;
      return jobRecord(tracker, context, { role: "engines", array });
    });
  });
}

function wantedOf(groups: readonly EngineGroup[]): Record<string, number> {
  return Object.fromEntries(groups.map(({ name, engines }) => [name, engines]));
}

function jobRecord({ context: { workload, scheduler } }: Tracker, context: PlanContext, which: JobRole): JobRecord {
  const { name, resources } = workload.job(context, which);
  return {
    role: which.role,
    name: scheduler.nameOf(name),
    ...defined({ array: which.role === "engines" ? which.array : undefined, walltime: resources.walltimeSeconds }),
  };
}

function newRun(directory: string): Run {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const id = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("");
  return { id, directory: runDirectory(directory, id), token: randomBytes(24).toString("hex") };
}
