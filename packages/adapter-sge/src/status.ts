import { type CommandResult, expectAnswer, HpcnbError, type JobStatus, type TaskStatus } from "@hpcnb/core";
import { expectReached } from "./failures.js";
import { type Listing, readListings } from "./qstat-xml.js";
import { liveliest, stateOf } from "./states.js";
import { compressTasks, parseTasks } from "./tasks.js";

/** What qstat -xml lists: an array's waiting tasks together on one entry, each of its running tasks on one of its own. */
export function parseStatus(result: CommandResult): JobStatus[] {
  expectReached(result, "Asking for jobs");
  const { stdout } = expectAnswer(result, "Asking for jobs");
  const entries = new Map<string, { name: string; tasks: TaskStatus[]; isArray: boolean }>();
  readListings(stdout, (listing) => {
    let job = entries.get(listing.id);
    if (!job) {
      job = { name: listing.name, tasks: [], isArray: listing.tasks !== "" };
      entries.set(listing.id, job);
    }
    for (const task of tasksOf(listing)) job.tasks.push(task);
  });
  return Array.from(entries, ([id, { name, tasks, isArray }]) => ({
    id,
    name,
    ...overall(tasks),
    ...(isArray ? { tasks: compressTasks(tasks) } : {}),
  }));
}

function tasksOf({ id, state: native, queue, tasks }: Listing): TaskStatus[] {
  const host = queue.slice(queue.indexOf("@") + 1);
  const what = { state: stateOf(native), native: native || "(none)", ...(queue.includes("@") ? { host } : {}) };
  if (tasks === "") return [{ first: 1, last: 1, ...what }];
  const ranges = parseTasks(tasks);
  if (!ranges) {
    throw new HpcnbError(
      "HPCNB_SCHEDULER_ANSWER",
      `qstat lists tasks of job ${id} that are not understood: ${JSON.stringify(tasks.slice(0, 200))}.`,
    );
  }
  return ranges.map(({ first, last }) => ({ first, last, ...what }));
}

function overall(tasks: readonly TaskStatus[]): Pick<JobStatus, "state" | "native" | "host"> {
  let best: TaskStatus | undefined;
  for (const task of tasks) {
    if (!best || liveliest.indexOf(task.state) < liveliest.indexOf(best.state)) best = task;
  }
  const { state, native, host } = best ?? { state: "unknown" as const, native: "(none)" };
  return { state, native, ...(host === undefined ? {} : { host }) };
}
