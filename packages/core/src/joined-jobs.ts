import { defined } from "./defined.js";
import type { JobId, JobStatus, TaskStatus } from "./scheduler.js";
import { joinRuns, overall } from "./task-runs.js";

/** The jobs of a scheduler that lists tasks one by one, or in runs, in any order. */
export class JoinedJobs {
  readonly #jobs = new Map<string, { id: JobId; name: string; isArray: boolean; tasks: TaskStatus[] }>();

  /** What is no array has one task, whatever its number. */
  add({ id, name, isArray }: { id: JobId; name: string; isArray: boolean }, tasks: readonly TaskStatus[]): void {
    const key = `${id} ${name}`;
    const job = this.#jobs.get(key) ?? { id, name, isArray, tasks: [] };
    this.#jobs.set(key, job);
    for (const task of tasks) job.tasks.push(task);
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
