import { HpcnbError } from "./errors.js";
import type { JobId, TaskRange } from "./scheduler.js";

/** Far above what any site lets an array have. */
const highest = 10_000_000;

/**
 * Tasks with gaps between them that are told one by one. hpcnb's arrays have no gaps, and of others
 * nobody asks which tasks they have.
 */
const mostWithGaps = 100_000;

/**
 * The tasks in what a command lists of a job.
 * @throws HPCNB_SCHEDULER_ANSWER
 */
export function expectTasks(text: string, { command, id }: { command: string; id: JobId }): TaskRange[] {
  const ranges = parseTasks(text);
  if (ranges) return ranges;
  const shown = JSON.stringify(text.slice(0, 200));
  throw new HpcnbError(
    "HPCNB_SCHEDULER_ANSWER",
    `${command} lists tasks of job ${id} that are not understood: ${shown}.`,
  );
}

/**
 * "7", "0-3", "3,5-9:2" or "20-40:1" as runs without gaps, but for a huge array with gaps;
 * undefined for anything else, such as numbers that no task can have.
 */
export function parseTasks(text: string): TaskRange[] | undefined {
  const ranges: TaskRange[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:-(\d+)(?::(\d+))?)?\s*$/.exec(part);
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    const step = Number(match[3] ?? 1);
    if (!(first <= last && last <= highest)) return undefined;
    if (step <= 1 || (last - first) / step > mostWithGaps - ranges.length) ranges.push({ first, last });
    else for (let task = first; task <= last; task += step) ranges.push({ first: task, last: task });
  }
  return ranges;
}
