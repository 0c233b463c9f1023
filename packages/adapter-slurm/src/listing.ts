import { HpcnbError } from "@hpcnb/core";

/** One line of squeue: a job, a task of an array, or the tasks that wait. */
export interface Listing {
  readonly id: string;
  /** "N/A" for a job that is no array. */
  readonly tasks: string;
  readonly state: string;
  readonly reason: string;
  readonly host: string;
  /** Seconds since 1970, when it began or is expected to begin, or "N/A". */
  readonly start: string;
  readonly name: string;
}

/**
 * Fields without a width are not cut. The first one tells lines of squeue's from others: from what
 * a site's wrapper says, and from the rest of a name that has several lines. A name may have
 * anything in it, and comes last.
 */
export const listingFormat = "--format=hpcnb|%F|%K|%T|%r|%B|%S|%j";

/**
 * @throws HPCNB_SCHEDULER_ANSWER without the head that squeue prints even if there is no job: the
 *   answer is not squeue's then, and jobs would look gone.
 */
export function readListings(text: string): Listing[] {
  const [head, ...listings] = text.split("\n").flatMap(listingIn);
  if (head?.name === "NAME" && listings.every(({ id }) => /^\d+$/.test(id))) return listings;
  const begin = text.trim().slice(0, 300);
  throw new HpcnbError(
    "HPCNB_SCHEDULER_ANSWER",
    `squeue's answer was not understood: ${begin === "" ? "it is empty" : JSON.stringify(begin)}`,
    { transient: true },
  );
}

function listingIn(line: string): Listing[] {
  const [mark, id = "", tasks = "", state = "", reason = "", host = "", start = "", ...name] = line.split("|");
  return mark === "hpcnb" && name.length > 0 ? [{ id, tasks, state, reason, host, start, name: name.join("|") }] : [];
}
