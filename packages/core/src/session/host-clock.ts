import type { JobStatus } from "../scheduler.js";

/** Milliseconds. Clocks that differ by less agree for people, who read minutes. */
const slack = 10_000;

/**
 * By how many milliseconds a host's clock is ahead of this machine's; 0 where they agree, as far as
 * can be known. Pure.
 *
 * @param seconds since 1970, cut off, as the host said between the two moments of this machine.
 */
export function aheadBy(
  seconds: number,
  { before, after }: { readonly before: number; readonly after: number },
): number {
  const ahead = seconds * 1000 + 500 - (before + after) / 2;
  const doubt = (after - before) / 2 + 500;
  return Math.abs(ahead) <= slack + doubt ? 0 : Math.round(ahead);
}

/** A job's times as this machine's clock would have told them. Pure. */
export function byClockHere(job: JobStatus, ahead: number): JobStatus {
  if (ahead === 0) return job;
  const { tasks } = job;
  return { ...shifted(job, ahead), ...(tasks ? { tasks: tasks.map((task) => shifted(task, ahead)) } : {}) };
}

function shifted<T extends { readonly startedAt?: string }>(what: T, ahead: number): T {
  const start = Date.parse(what.startedAt ?? "");
  return Number.isNaN(start) ? what : { ...what, startedAt: new Date(start - ahead).toISOString() };
}
