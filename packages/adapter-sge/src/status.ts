import { type JobState, type JobStatus, JoinedJobs, timeOfSeconds } from "@hpcnb/core";
import { readListings } from "./qstat-xml.js";

/**
 * What qstat -xml lists: an array's waiting tasks together on one entry, each of its running tasks
 * on one of its own.
 */
export function parseStatus(text: string): JobStatus[] {
  const jobs = new JoinedJobs("qstat");
  readListings(text, ({ id, name, tasks, state: native, queue, started }) => {
    jobs.add({
      id,
      name,
      tasks: tasks || undefined,
      state: stateOf(native),
      native,
      // sge_status(1): rescheduled, then it waits or runs again.
      requeued: native.includes("R") || undefined,
      host: queue.includes("@") ? queue.slice(queue.indexOf("@") + 1) : undefined,
      startedAt: timeIn(started),
    });
  });
  return jobs.all();
}

/**
 * In whole seconds, so that tasks that began together are told together. qstat writes local time,
 * which is UTC here (see site.ts), and milliseconds since 1970 in one of the variants.
 */
function timeIn(text: string): string | undefined {
  const [, seconds] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?$/.exec(text) ?? [];
  if (seconds === undefined) return /^\d{13}$/.test(text) ? timeOfSeconds(text.slice(0, 10)) : undefined;
  return Number.isNaN(Date.parse(`${seconds}Z`)) ? undefined : `${seconds}Z`;
}

/**
 * The letters of sge_status(5), those first that decide. Case matters: t is being transferred to
 * its host, T is suspended by a threshold. R (restarted) and d (being deleted) go with other
 * letters and change nothing; a deleted job is there until it is not.
 */
const decisive = { error: "E", finished: "z", suspended: "sST", starting: "t", running: "r", held: "h", queued: "q" };
const states = Object.entries(decisive) as [JobState, string][];

/** For letters that the manual does not have: unknown. */
export function stateOf(native: string): JobState {
  if (!/^[dRwEzsSTtrhq]+$/.test(native)) return "unknown";
  return states.find(([, letters]) => [...letters].some((letter) => native.includes(letter)))?.[0] ?? "unknown";
}
