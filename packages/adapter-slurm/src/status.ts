import { defined, expectTasks, type JobStatus, JoinedJobs, type TaskStatus } from "@hpcnb/core";
import { type Listing, readListings } from "./listing.js";
import { reasonOf, stateOf } from "./states.js";

/** Tasks that wait stand together on one line, each that has begun on one of its own. */
export function parseStatus(text: string): JobStatus[] {
  const jobs = new JoinedJobs();
  for (const listing of readListings(text)) {
    const { id, name, tasks } = listing;
    jobs.add({ id, name, isArray: tasks !== "N/A" }, tasksOf(listing));
  }
  return jobs.all();
}

/** Why a job waits, and when Slurm expects it to begin. */
export function parseExplain(text: string): string[] {
  return readListings(text).flatMap(({ state, reason, start }) => {
    const expected = stateOf(state, reason) === "queued" ? timeIn(start) : undefined;
    return [
      reasonOf(reason) ?? "",
      expected === undefined ? "" : `Slurm expects it to begin at ${expected}, or before`,
    ];
  });
}

function tasksOf({ id, tasks, state: native, reason: word, host, start }: Listing): TaskStatus[] {
  const state = stateOf(native, word);
  const hasBegun = state === "running" || state === "starting" || state === "suspended";
  const startedAt = hasBegun ? timeIn(start) : undefined;
  const reason = hasBegun ? undefined : reasonOf(word);
  const what = {
    state,
    native: native || "(none)",
    ...(hasBegun && /^[^()/]+$/.test(host) ? { host } : {}),
    // squeue tells it for a moment only, and of jobs that it holds then.
    ...(/^(REQUEUE|SPECIAL_EXIT)/.test(native) || /requeued held/i.test(word) ? { requeued: true } : {}),
    ...defined({ startedAt, reason }),
  };
  if (tasks === "N/A") return [{ first: 1, last: 1, ...what }];
  // "2-4,7%2": at most two of them at once.
  const ranges = expectTasks(tasks.replace(/%\d+$/, ""), { command: "squeue", id });
  return ranges.map(({ first, last }) => ({ first, last, ...what }));
}

function timeIn(seconds: string): string | undefined {
  if (!/^\d{1,10}$/.test(seconds)) return undefined;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}
