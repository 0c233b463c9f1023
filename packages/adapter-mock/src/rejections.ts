import { HpcnbError, type JobSpec } from "@hpcnb/core";
import type { Rejections } from "./options.js";

/** @throws HPCNB_SUBMIT_REJECTED when the simulated scheduler does not want the job. */
export function rejectUnwanted(job: JobSpec, jobs: number, rejections: Rejections = {}): void {
  const { maxTasks = 75_000, queues, longestName = Number.POSITIVE_INFINITY, maxJobs } = rejections;
  const { tasks = 1, name, script, resources } = job;
  if (!Number.isInteger(tasks) || tasks < 1) throw rejected(`an array cannot have ${tasks} tasks`);
  if (tasks > maxTasks) throw rejected(`an array of ${tasks} tasks is too large: the most is ${maxTasks}`);
  if (name.length > longestName) throw rejected(`the name is longer than ${longestName} characters`);
  if (!script.startsWith("#!")) throw rejected("the script does not begin with #!");
  if (resources.queue !== undefined && queues && !queues.includes(resources.queue)) {
    throw rejected(`there is no queue "${resources.queue}", only ${queues.join(", ")}`);
  }
  if (maxJobs !== undefined && jobs >= maxJobs) throw rejected(`this user already has ${jobs} jobs`, true);
}

export function rejected(reason: string, transient = false): HpcnbError {
  return new HpcnbError("HPCNB_SUBMIT_REJECTED", `The simulated scheduler rejected the job: ${reason}.`, { transient });
}
