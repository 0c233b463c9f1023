import {
  defined,
  type JobHistory,
  type JobState,
  type JobStatus,
  joinRuns,
  overall,
  type TaskStatus,
} from "@hpcnb/core";
import type { Job, Phase, Task } from "./job.js";

/**
 * The letters are those of Grid Engine, so that what people see in a simulation is what they will
 * see on a cluster.
 */
const nativeWords: Partial<Record<JobState, string>> = {
  queued: "qw",
  held: "hqw",
  starting: "t",
  running: "r",
  suspended: "S",
  error: "Eqw",
  finished: "z",
};

const states: Record<Phase, JobState> = {
  waiting: "queued",
  starting: "starting",
  running: "running",
  suspended: "suspended",
  error: "error",
  ended: "finished",
};

/** The job as `status` lists it; undefined when it no longer does. */
export function listJob(job: Job, name: string, forgetBefore: number): JobStatus | undefined {
  if (job.vanished || (job.endedAt !== undefined && job.endedAt <= forgetBefore)) return undefined;
  const tasks = job.tasks
    .filter(({ endedAt }) => endedAt === undefined || endedAt > forgetBefore)
    .map((task) => listTask(task, task.phase === "waiting" && job.held ? "held" : states[task.phase]));
  const whole = { id: job.id, name, ...overall(tasks) };
  return job.spec.tasks === undefined ? whole : { ...whole, tasks: joinRuns(tasks) };
}

/** How it ended: the worst exit code, or none if any task was ended from outside. */
export function historyOf(job: Job): JobHistory | undefined {
  if (job.open > 0 || job.vanished) return undefined;
  const reason = job.tasks.find((task) => task.reason !== undefined)?.reason;
  const whole = job.tasks.every((task) => task.exitCode !== undefined);
  const worst = job.tasks.reduce((most, task) => Math.max(most, task.exitCode ?? 0), 0);
  return defined({
    exitCode: whole ? worst : undefined,
    reason,
    walltimeReached: job.tasks.some(({ walltimeReached }) => walltimeReached) || undefined,
    preempted: job.tasks.some(({ preempted }) => preempted) || undefined,
  });
}

function listTask(task: Task, state: JobState): TaskStatus {
  const { number, host, reason, exitCode, walltimeReached, preempted, requeued, runningSince } = task;
  return {
    first: number,
    last: number,
    state,
    native: `${requeued ? "R" : ""}${nativeWords[state] ?? state}`,
    ...defined({
      host,
      startedAt: runningSince === undefined ? undefined : new Date(runningSince).toISOString(),
      reason,
      exitCode,
      walltimeReached,
      preempted,
      requeued,
    }),
  };
}
