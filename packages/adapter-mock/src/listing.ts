import type { JobHistory, JobState, JobStatus, TaskStatus } from "@hpcnb/core";
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
  error: "Eqw",
  finished: "z",
};

const states: Record<Phase, JobState> = {
  waiting: "queued",
  starting: "starting",
  running: "running",
  error: "error",
  ended: "finished",
};

/** An array is in the first of these states that one of its tasks is in. */
const liveliest: readonly JobState[] = ["running", "starting", "queued", "held", "error", "finished"];

/** The job as `status` lists it; undefined when it no longer does. */
export function listJob(job: Job, name: string, forgetBefore: number): JobStatus | undefined {
  if (job.vanished || (job.endedAt !== undefined && job.endedAt <= forgetBefore)) return undefined;
  const runs = listTasks(job, forgetBefore);
  const state = liveliest.find((candidate) => runs.some((run) => run.state === candidate)) ?? "finished";
  const shared = { id: job.id, name, state, native: nativeWords[state] ?? state };
  if (job.spec.tasks !== undefined) return { ...shared, tasks: runs };
  const { first, last, ...only } = runs[0] as TaskStatus;
  return { ...shared, ...only };
}

/** How it ended: the worst exit code, or none if any task was ended from outside. */
export function historyOf(job: Job): JobHistory | undefined {
  if (job.open > 0 || job.vanished) return undefined;
  const reason = job.tasks.find((task) => task.reason !== undefined)?.reason;
  const whole = job.tasks.every((task) => task.exitCode !== undefined);
  const worst = job.tasks.reduce((most, task) => Math.max(most, task.exitCode ?? 0), 0);
  return {
    id: job.id,
    ...(whole ? { exitCode: worst } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(job.tasks.some(({ walltimeReached }) => walltimeReached) ? { walltimeReached: true } : {}),
  };
}

/** Neighbours that agree in everything are one run. */
function listTasks(job: Job, forgetBefore: number): TaskStatus[] {
  const runs: { -readonly [Key in keyof TaskStatus]: TaskStatus[Key] }[] = [];
  for (const task of job.tasks) {
    if (task.endedAt !== undefined && task.endedAt <= forgetBefore) continue;
    const run = runs.at(-1);
    const state = task.phase === "waiting" && job.held ? "held" : states[task.phase];
    if (run && run.last === task.number - 1 && run.state === state && agree(run, task)) run.last = task.number;
    else runs.push(listTask(task, state));
  }
  return runs;
}

function agree(run: TaskStatus, task: Task): boolean {
  return (
    run.startedAt === startOf(task) &&
    run.host === task.host &&
    run.reason === task.reason &&
    run.exitCode === task.exitCode
  );
}

function startOf({ runningSince }: Task): string | undefined {
  return runningSince === undefined ? undefined : new Date(runningSince).toISOString();
}

function listTask(task: Task, state: JobState): TaskStatus {
  const { number, host, reason, exitCode } = task;
  const startedAt = startOf(task);
  return {
    first: number,
    last: number,
    state,
    native: nativeWords[state] ?? state,
    ...(host === undefined ? {} : { host }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
