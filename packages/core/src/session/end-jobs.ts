import { growingPauses } from "../clock.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { JobId, JobStatus } from "../scheduler.js";
import { absencesBelieved, secondLookMs } from "./job-facts.js";
import { jobOfSession } from "./job-names.js";
import type { SessionRecord } from "./session-record.js";
import type { SessionEnd } from "./session-schema.js";
import type { Tracker } from "./tracker.js";

const stopLimitMs = 120_000;
/** An end is seen late by a fifth of the time at most. */
const pauses = { firstMs: 100, longestMs: 5_000, growth: 1.25 };

/** Characters of why a session has ended, as its record keeps it. */
const longestReason = 4_000;

/**
 * Ends all jobs of a run, and says so in its record. They are found by their names, so that one
 * whose id was never written down is ended too, and one that the notebook has submitted. To be
 * called with the session's lock held.
 */
export async function endJobs(
  tracker: Tracker,
  record: SessionRecord,
  { why, how, signal }: WhyEnded,
): Promise<JobsEnded> {
  tracker.dispatch({ type: "stop-requested" });
  if (how === "asked" && !record.ending) await sayThatItEnds(tracker, record, why);
  const isPending = record.jobs.some(({ id }) => id === undefined);
  const ended = await endListed(
    tracker,
    { runs: new Set([record.run.id]), names: new Set(record.jobs.map(({ name }) => name)), isPending },
    signal,
  );
  try {
    const { ending: _, ...rest } = record;
    const ended = { at: new Date().toISOString(), why: why.slice(0, longestReason), how };
    await tracker.writeRecord({ ...rest, ended });
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_COMMAND_FAILED")) throw error;
    const message = `All jobs are ended, but that could not be written down: ${error.message}`;
    throw new HpcnbError("HPCNB_COMMAND_FAILED", message, { hint: error.hint, cause: error });
  }
  return ended;
}

/**
 * A disk that is full keeps no job from being ended: what cannot be written now is told when its
 * end cannot be either.
 */
async function sayThatItEnds(tracker: Tracker, record: SessionRecord, why: string): Promise<void> {
  try {
    await tracker.writeRecord({ ...record, ending: { at: new Date().toISOString(), why } });
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_COMMAND_FAILED")) throw error;
  }
}

export interface WhyEnded {
  readonly why: string;
  readonly how: SessionEnd;
  readonly signal?: AbortSignal | undefined;
}

export interface JobsToEnd {
  readonly runs: ReadonlySet<string>;
  /** For jobs in a record, as the scheduler lists them. */
  readonly names: ReadonlySet<string>;
  /** A submission without an answer may still be carried out. */
  readonly isPending: boolean;
}

export interface JobsEnded {
  readonly cancelled: number;
  /** The last answer, which lists none of them. */
  readonly listed: readonly JobStatus[];
}

/**
 * Cancels all jobs of some runs and waits until full answers of the scheduler, as many as are
 * believed, list none of them.
 * @throws HPCNB_NOT_STOPPED
 */
export async function endListed(
  tracker: Tracker,
  { runs, names, isPending }: JobsToEnd,
  signal?: AbortSignal,
): Promise<JobsEnded> {
  const { scheduler, clock, session } = tracker.context;
  const isOurs = ({ name }: JobStatus) =>
    names.has(name) || runs.has(jobOfSession(name, session.name, scheduler)?.run ?? "");
  const asked = new Set<JobId>();
  const unseen = new Set(names);
  const deadline = clock.now() + stopLimitMs;
  let lastError: unknown;
  let left: JobStatus[] | undefined;
  let empty = 0;
  const confirmation = () => {
    if (isPending) return secondLookMs.afterNoAnswer;
    return asked.size > 0 && unseen.size === 0 ? secondLookMs.afterCancel : secondLookMs.usual;
  };
  const nextPause = growingPauses(pauses);
  for (;;) {
    const growingMs = nextPause();
    const asking = clock.now();
    try {
      const jobs = await scheduler.status(signal);
      tracker.listed(jobs);
      left = jobs.filter((job) => job.state !== "finished" && isOurs(job));
      empty = left.length === 0 ? empty + 1 : 0;
      if (empty === absencesBelieved) return { cancelled: asked.size, listed: jobs };
      const toCancel = left.filter(({ id }) => !asked.has(id)).map(({ id }) => id);
      await scheduler.cancel(toCancel, signal);
      for (const id of toCancel) asked.add(id);
      for (const { name } of left) unseen.delete(name);
      lastError = undefined;
    } catch (error) {
      // Only an answer counts. A scheduler that is away now may be back before the limit.
      if (!isHpcnbError(error) || !error.transient) throw error;
      tracker.dispatch({ type: "question-failed", error });
      lastError = error;
    }
    const isConfirming = empty > 0 && lastError === undefined;
    if (!isConfirming && clock.now() + growingMs > deadline) throw notStopped(left, lastError);
    // A first answer without them is as old as its question.
    const pauseMs = isConfirming ? asking + confirmation() - clock.now() : growingMs;
    await clock.sleep(Math.max(0, pauseMs), signal);
  }
}

function notStopped(left: readonly JobStatus[] | undefined, cause: unknown): HpcnbError {
  const what = left?.length
    ? `the scheduler still lists ${left.map(({ id, name, native }) => `${id} (${name}, ${native})`).join(", ")}`
    : `the scheduler gave no ${left ? "second answer that lists none of the jobs" : "answer"}`;
  return new HpcnbError("HPCNB_NOT_STOPPED", `After ${stopLimitMs / 1000} s ${what}.`, {
    cause,
    transient: true,
    hint: "Run `hpcnb down` again. If the jobs stay, their hosts may be out of the scheduler's reach: ask the site's support.",
  });
}
