import type { JobState } from "@hpcnb/core";

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
