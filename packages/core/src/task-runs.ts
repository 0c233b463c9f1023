import type { JobSpec, JobState, JobStatus, TaskStatus } from "./scheduler.js";
import { rejection } from "./scheduler-errors.js";

/** An array is in the first of these states that one of its tasks is in. */
const liveliest: readonly JobState[] = [
  "running",
  "starting",
  "suspended",
  "queued",
  "held",
  "error",
  "unknown",
  "finished",
];

/** The facts of a whole array: those of its liveliest task. */
export function overall(tasks: readonly TaskStatus[]): Omit<JobStatus, "id" | "name" | "tasks"> {
  let best: TaskStatus | undefined;
  for (const task of tasks) {
    if (!best || liveliest.indexOf(task.state) < liveliest.indexOf(best.state)) best = task;
  }
  if (!best) return { state: "unknown", native: "(none)" };
  const { first: _, last: __, ...facts } = best;
  return facts;
}

/**
 * Tasks as `JobStatus.tasks` wants them: ascending, none twice, and neighbours that agree in
 * everything as one run. When a task is there twice, the entry that begins first counts.
 */
export function joinRuns(tasks: readonly TaskStatus[]): TaskStatus[] {
  const runs: TaskStatus[] = [];
  let end = 0;
  for (const task of tasks.toSorted((one, other) => one.first - other.first)) {
    if (task.last <= end) continue;
    const first = Math.max(task.first, end + 1);
    const run = runs.at(-1);
    if (run && first === end + 1 && agree(run, task)) runs[runs.length - 1] = { ...run, last: task.last };
    else runs.push(first === task.first ? task : { ...task, first });
    end = task.last;
  }
  return runs;
}

function agree(one: TaskStatus, other: TaskStatus): boolean {
  return (
    one.state === other.state &&
    one.native === other.native &&
    one.host === other.host &&
    one.startedAt === other.startedAt &&
    one.reason === other.reason &&
    one.exitCode === other.exitCode &&
    one.walltimeReached === other.walltimeReached &&
    one.preempted === other.preempted &&
    one.requeued === other.requeued
  );
}

/** @throws HPCNB_SUBMIT_REJECTED for an array that has no tasks. */
export function checkTasks({ tasks }: JobSpec): void {
  if (tasks === undefined || (Number.isInteger(tasks) && tasks >= 1)) return;
  throw rejection(`An array has one task or more, not ${tasks}.`);
}

/** The different lines, the first of them where there are too many; undefined for none. */
export function firstLines(lines: readonly string[], most = 20): string | undefined {
  const different = [...new Set(lines)].filter(Boolean);
  const more = different.length - most;
  const shown = [...different.slice(0, most), ...(more > 0 ? [`... and ${more} more`] : [])];
  return shown.length === 0 ? undefined : shown.join("\n");
}
