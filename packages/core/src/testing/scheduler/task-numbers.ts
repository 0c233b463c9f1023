import type { JobState, JobStatus } from "../../scheduler.js";
import { numbersIn } from "../../task-ranges.js";

/**
 * Which tasks of an array are in one of these states, as an answer lists them; all that are listed
 * when none is given.
 */
export function taskNumbers(job: JobStatus | undefined, ...states: JobState[]): number[] {
  return numbersIn((job?.tasks ?? []).filter(({ state }) => states.length === 0 || states.includes(state)));
}
