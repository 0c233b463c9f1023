import { type JobStatus, JoinedJobs, notUnderstood, readColumns, timeOfSeconds } from "@hpcnb/core";
import { reasonOf, stateOf } from "./states.js";

/**
 * The columns of squeue's list. Without a width they are not cut. A name may have anything in it,
 * and comes last.
 */
const columns = { id: "%F", tasks: "%K", state: "%T", reason: "%r", host: "%B", start: "%S", name: "%j" } as const;
const names = Object.keys(columns) as (keyof typeof columns)[];
const mark = "hpcnb";

export const listingFormat = `--format=${[mark, ...Object.values(columns)].join("|")}`;

/** The number of a job is checked, so that no line of another program is taken for a job. */
function rowsOf(text: string): Record<keyof typeof columns, string>[] {
  const rows = readColumns(text, { command: "squeue", mark, names, isHead: ({ name }) => name === "NAME" });
  if (rows.every(({ id }) => /^\d+$/.test(id))) return rows;
  throw notUnderstood("squeue", text);
}

/** Tasks that wait stand together on one line, each that has begun on one of its own. */
export function parseStatus(text: string): JobStatus[] {
  const jobs = new JoinedJobs("squeue");
  for (const { id, name, tasks, state: native, reason, host, start } of rowsOf(text)) {
    const state = stateOf(native, reason);
    const hasBegun = state === "running" || state === "starting" || state === "suspended";
    // squeue tells it for a moment only, and of jobs that it holds then.
    const isRequeued = /^(REQUEUE|SPECIAL_EXIT)/.test(native) || /requeued held/i.test(reason);
    jobs.add({
      id,
      name,
      // "2-4,7%2": at most two of them at once.
      tasks: tasks === "N/A" ? undefined : tasks.replace(/%\d+$/, ""),
      state,
      native,
      host: hasBegun && /^[^()/]+$/.test(host) ? host : undefined,
      startedAt: hasBegun ? timeOfSeconds(start) : undefined,
      reason: hasBegun ? undefined : reasonOf(reason),
      requeued: isRequeued || undefined,
    });
  }
  return jobs.all();
}

/** Why a job waits, and when Slurm expects it to begin. */
export function parseExplain(text: string): string[] {
  return rowsOf(text).flatMap(({ state, reason, start }) => {
    const expected = stateOf(state, reason) === "queued" ? timeOfSeconds(start) : undefined;
    const beginning = expected === undefined ? [] : [`Slurm expects it to begin at ${expected}, or before`];
    return [reasonOf(reason) ?? "", ...beginning];
  });
}
