import { expectTasks, type JobStatus, JoinedJobs, type TaskStatus } from "@hpcnb/core";
import { type Listing, readListings } from "./qstat-xml.js";
import { stateOf } from "./states.js";

/**
 * What qstat -xml lists: an array's waiting tasks together on one entry, each of its running tasks
 * on one of its own.
 */
export function parseStatus(text: string): JobStatus[] {
  const jobs = new JoinedJobs();
  readListings(text, (listing) => {
    const { id, name, tasks } = listing;
    jobs.add({ id, name, isArray: tasks !== "" }, tasksOf(listing));
  });
  return jobs.all();
}

function tasksOf({ id, state: native, queue, tasks, started }: Listing): TaskStatus[] {
  const host = queue.slice(queue.indexOf("@") + 1);
  const startedAt = timeIn(started);
  const what = {
    state: stateOf(native),
    native: native || "(none)",
    // sge_status(1): rescheduled, then it waits or runs again.
    ...(native.includes("R") ? { requeued: true } : {}),
    ...(queue.includes("@") ? { host } : {}),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
  if (tasks === "") return [{ first: 1, last: 1, ...what }];
  return expectTasks(tasks, { command: "qstat", id }).map(({ first, last }) => ({ first, last, ...what }));
}

/**
 * In whole seconds, so that tasks that began together are told together. qstat writes local time,
 * which is UTC here (see run.ts), and milliseconds since 1970 in one of the variants.
 */
function timeIn(text: string): string | undefined {
  const [, seconds] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?$/.exec(text) ?? [];
  if (seconds !== undefined) return Number.isNaN(Date.parse(`${seconds}Z`)) ? undefined : `${seconds}Z`;
  return /^\d{13}$/.test(text) ? `${new Date(Number(text)).toISOString().slice(0, 19)}Z` : undefined;
}
