import { defined } from "../defined.js";
import type { JobStatus } from "../scheduler.js";

/** Clocks that differ by less agree for people, who read minutes. */
const slackMs = 10_000;

/**
 * How far a host's clock is ahead of this machine's; 0 where they agree, as far as
 * can be known. Pure.
 *
 * @param seconds since 1970, cut off, as the host said between the two moments of this machine.
 */
export function aheadBy(
  seconds: number,
  { before, after }: { readonly before: number; readonly after: number },
): number {
  const aheadMs = seconds * 1000 + 500 - (before + after) / 2;
  const doubt = (after - before) / 2 + 500;
  return Math.abs(aheadMs) <= slackMs + doubt ? 0 : Math.round(aheadMs);
}

/** A job's times as this machine's clock would have told them. Pure. */
export function byClockHere(job: JobStatus, aheadMs: number): JobStatus {
  if (aheadMs === 0) return job;
  const { tasks } = job;
  return { ...shifted(job, aheadMs), ...defined({ tasks: tasks?.map((task) => shifted(task, aheadMs)) }) };
}

function shifted<T extends { readonly startedAt?: string }>(what: T, aheadMs: number): T {
  const start = Date.parse(what.startedAt ?? "");
  return Number.isNaN(start) ? what : { ...what, startedAt: new Date(start - aheadMs).toISOString() };
}
