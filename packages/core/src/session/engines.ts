import type { JobState, JobStatus } from "../scheduler.js";

/** How many engines are where, by the scheduler and by the controller. Every engine asked for is in one of the scheduler's four. */
export interface EngineCounts {
  readonly asked: number;
  readonly queued: number;
  readonly starting: number;
  readonly running: number;
  /** No longer listed, or given up on by the scheduler. */
  readonly failed: number;
  /** Known to the controller. */
  readonly registered: number;
}

const counterOf: Record<JobState, "queued" | "starting" | "running" | "failed"> = {
  queued: "queued",
  held: "queued",
  unknown: "queued",
  suspended: "queued",
  starting: "starting",
  running: "running",
  error: "failed",
  finished: "failed",
};

/** `status` is undefined while the scheduler has not answered: all are counted as queued then, and none as failed. */
export function countEngines(asked: number, status: JobStatus | "gone" | undefined, registered: number): EngineCounts {
  const counts = { asked, queued: 0, starting: 0, running: 0, failed: 0, registered };
  if (status === undefined) return { ...counts, queued: asked };
  if (status === "gone") return { ...counts, failed: asked };
  let listed = 0;
  for (const { first, last, state } of status.tasks ?? []) {
    counts[counterOf[state]] += last - first + 1;
    listed += last - first + 1;
  }
  return { ...counts, failed: counts.failed + Math.max(0, asked - listed) };
}
