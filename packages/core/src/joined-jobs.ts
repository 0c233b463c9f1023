import { defined } from "./defined.js";
import { expectTasks } from "./parse-tasks.js";
import type { JobId, JobState, JobStatus, TaskStatus } from "./scheduler.js";
import { joinRuns, overall } from "./task-runs.js";

type Facts = Omit<TaskStatus, "first" | "last">;

/** A job as a scheduler lists it, or tasks of an array that agree in all facts. */
export type Listed = { readonly [Key in keyof Facts]?: Facts[Key] | undefined } & {
  readonly id: JobId;
  readonly name: string;
  readonly state: JobState;
  /** The scheduler's word; it may be empty. */
  readonly native: string;
  /** Such as "7" or "2-4,7-9:2"; left out for a job that is no array. */
  readonly tasks?: string | undefined;
};

/** The jobs of a scheduler that lists tasks one by one, or in runs, in any order. */
export class JoinedJobs {
  readonly #command: string;
  readonly #jobs = new Map<string, { id: JobId; name: string; isArray: boolean; tasks: TaskStatus[] }>();

  /** Errors name the command that lists the jobs. */
  constructor(command: string) {
    this.#command = command;
  }

  /** @throws HPCNB_SCHEDULER_ANSWER for tasks that are not understood. */
  add(listed: Listed): void {
    const { id, name, tasks: text } = listed;
    const key = `${id} ${name}`;
    const job = this.#jobs.get(key) ?? { id, name, isArray: text !== undefined, tasks: [] };
    this.#jobs.set(key, job);
    if (text === undefined) job.tasks.push(taskOf(1, 1, listed));
    else
      for (const { first, last } of expectTasks(text, { command: this.#command, id }))
        job.tasks.push(taskOf(first, last, listed));
  }

  all(): JobStatus[] {
    return Array.from(this.#jobs.values(), ({ id, name, isArray, tasks }) => ({
      id,
      name,
      ...overall(tasks),
      ...defined({ tasks: isArray ? joinRuns(tasks) : undefined }),
    }));
  }
}

/** Written out, because there may be 75,000 tasks: `defined` and spreads take twice the time. */
function taskOf(first: number, last: number, listed: Listed): TaskStatus {
  const task: { -readonly [Key in keyof TaskStatus]: TaskStatus[Key] } = {
    first,
    last,
    state: listed.state,
    native: listed.native || "(none)",
  };
  if (listed.host !== undefined) task.host = listed.host;
  if (listed.startedAt !== undefined) task.startedAt = listed.startedAt;
  if (listed.requeued !== undefined) task.requeued = listed.requeued;
  if (listed.reason !== undefined) task.reason = listed.reason;
  if (listed.exitCode !== undefined) task.exitCode = listed.exitCode;
  if (listed.walltimeReached !== undefined) task.walltimeReached = listed.walltimeReached;
  if (listed.preempted !== undefined) task.preempted = listed.preempted;
  return task;
}
