import { columnList, type JobStatus, JoinedJobs, timeOfSeconds } from "@hpcnb/core";
import { standingOf } from "./states.js";

/** A name may have anything in it, and comes last. */
const list = columnList({
  command: "squeue",
  columns: { id: "%F", tasks: "%K", state: "%T", reason: "%r", host: "%B", start: "%S", name: "%j" },
  isHead: ({ name }) => name === "NAME",
  isRow: ({ id }) => /^\d+$/.test(id),
});
export const listingFormat = `--format=${list.format}`;

/** Tasks that wait stand together on one line, each that has begun on one of its own. */
export function parseStatus(text: string): JobStatus[] {
  const jobs = new JoinedJobs("squeue");
  for (const { id, name, tasks, state: native, reason: word, host, start } of list.read(text)) {
    const { state, reason } = standingOf(native, word);
    const hasBegun = state === "running" || state === "starting" || state === "suspended";
    // squeue tells it for a moment only, and of jobs that it holds then.
    const isRequeued = /^(REQUEUE|SPECIAL_EXIT)/.test(native) || /requeued held/i.test(word);
    jobs.add({
      id,
      name,
      // "2-4,7%2": at most two of them at once.
      tasks: tasks === "N/A" ? undefined : tasks.replace(/%\d+$/, ""),
      state,
      native,
      host: hasBegun && /^[^()/]+$/.test(host) ? host : undefined,
      startedAt: hasBegun ? timeOfSeconds(start) : undefined,
      reason: hasBegun ? undefined : reason,
      requeued: isRequeued || undefined,
    });
  }
  return jobs.all();
}

/** Why a job waits, and when Slurm expects it to begin. */
export function parseExplain(text: string): string[] {
  return list.read(text).flatMap(({ state: native, reason: word, start }) => {
    const { state, reason = "" } = standingOf(native, word);
    const expected = state === "queued" ? timeOfSeconds(start) : undefined;
    return expected === undefined ? reason : [reason, `Slurm expects it to begin at ${expected}, or before`];
  });
}
