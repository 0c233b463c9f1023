import { clusterDirectory } from "./layout.js";
import type { SessionRecord } from "./session-record.js";
import { planContext, settle } from "./settle.js";
import { clusterJobs } from "./start-run.js";
import type { Tracker } from "./tracker.js";

/**
 * Cancels a cluster whose controller is lost, and starts another while the notebook goes on: a new
 * directory, which no host has looked up before, and new keys. To be called with the session's lock
 * held.
 */
export async function startNewCluster(tracker: Tracker, record: SessionRecord, signal?: AbortSignal): Promise<void> {
  const { host, scheduler, workload } = tracker.context;
  const { cluster, run } = record;
  if (!cluster) throw new Error("Only a run with a cluster can have another one");
  const token = await tracker.token.read();
  const old = record.jobs.filter(({ role }) => role !== "notebook");
  // Nobody waits for their end: on a dead host they stay listed, and nothing of theirs is used
  // again.
  const listed = await scheduler.status(signal);
  const left = listed.filter(({ name }) => old.some((job) => job.name === name));
  await scheduler.cancel(
    left.map(({ id }) => id),
    signal,
  );

  const generation = cluster.generation + 1;
  const next = { generation, inNotebook: false, directory: clusterDirectory(run, generation) };
  const context = { ...planContext(tracker, { ...run, token }, next), cluster: next };
  await host.writeFiles(workload.clusterFiles(context), signal);
  const started: SessionRecord = {
    ...record,
    cluster: { generation, inNotebook: false, wanted: cluster.wanted, unsettled: { before: cluster.wanted } },
    jobs: [...record.jobs.filter(({ role }) => role === "notebook"), ...clusterJobs(tracker, context, cluster.wanted)],
  };
  await tracker.writeRecord(started);
  await settle(tracker, started, signal);
}
