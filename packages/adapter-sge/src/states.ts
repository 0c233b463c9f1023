import type { JobState } from "@hpcnb/core";

/**
 * The letters of sge_status(5), the one that decides first. Case matters: t is being transferred to
 * its host, T is suspended by a threshold. R (restarted) and d (being deleted) go with other
 * letters and change nothing; a deleted job is there until it is not.
 */
const decisive: readonly (readonly [letter: string, state: JobState])[] = [
  ["E", "error"],
  ["z", "finished"],
  ["s", "suspended"],
  ["S", "suspended"],
  ["T", "suspended"],
  ["t", "starting"],
  ["r", "running"],
  ["h", "held"],
  ["q", "queued"],
];

/** For letters that the manual does not have: unknown. */
export function stateOf(native: string): JobState {
  if (!/^[dRwEzsSTtrhq]+$/.test(native)) return "unknown";
  return decisive.find(([letter]) => native.includes(letter))?.[1] ?? "unknown";
}
