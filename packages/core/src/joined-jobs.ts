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
  add({ id, name, tasks: text, ...facts }: Listed): void {
    const key = `${id} ${name}`;
    const job = this.#jobs.get(key) ?? { id, name, isArray: text !== undefined, tasks: [] };
    this.#jobs.set(key, job);
    const known = withoutUndefined(facts);
    if (text === undefined) job.tasks.push({ first: 1, last: 1, ...known });
    else for (const range of expectTasks(text, { command: this.#command, id })) job.tasks.push({ ...range, ...known });
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

/** As `defined` does it, and faster, because there may be 75,000 tasks. */
function withoutUndefined(facts: Omit<Listed, "id" | "name" | "tasks">): Facts {
  const known: Record<string, unknown> = { state: facts.state, native: facts.native || "(none)" };
  for (const key in facts) {
    const value = facts[key as keyof typeof facts];
    if (value !== undefined && key !== "native") known[key] = value;
  }
  return known as unknown as Facts;
}
