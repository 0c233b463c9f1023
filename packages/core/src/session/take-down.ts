import { HpcnbError, isHpcnbError } from "../errors.js";
import type { SessionContext } from "./context.js";
import { endJobs, endListed } from "./end-jobs.js";
import { jobOfSession } from "./job-names.js";
import { withLock } from "./lock.js";
import { openTracker } from "./open-session.js";
import { type KnownRuns, knownRuns } from "./runs.js";
import type { SessionRecord } from "./session-record.js";
import { setAsideDamaged } from "./set-aside.js";
import { describeOthers, straysIn, whyLost } from "./strays.js";
import type { Tracker } from "./tracker.js";

export interface TakenDown {
  /** How many jobs were ended by this call. */
  readonly cancelled: number;
  /** Why the session has no record, where its jobs were found without it. */
  readonly lost?: string;
}

/**
 * Ends everything that the session started, and returns when the scheduler no longer lists any of
 * it. Without its record, that is what the scheduler lists of the runs that were started in this
 * folder.
 * @returns undefined when there is no session.
 * @throws HPCNB_NOT_STOPPED naming what is still there; calling again is safe.
 */
export async function takeDown(context: SessionContext, signal?: AbortSignal): Promise<TakenDown | undefined> {
  const tracker = await openTracker(context, "look", signal);
  if (!(await tracker.lookForRecord())) return takeDownWithoutRecord(tracker, signal);
  return withLock(tracker, signal, async () => {
    const record = await tracker.readRecord();
    if (!record) return undefined;
    // Meanwhile, and told after the jobs' end.
    const disconnecting = disconnect(tracker, [record.run.id]);
    const [ending] = await Promise.allSettled([record.ended ? 0 : endAll(tracker, record, signal)]);
    const closing = await disconnecting;
    if (ending.status === "rejected") throw ending.reason;
    if (closing.status === "rejected") throw tunnelLeft(closing.reason);
    return { cancelled: ending.value };
  });
}

/**
 * Another run of this folder may go on where its record was lost, and one that was restored took
 * its place.
 */
async function endAll(tracker: Tracker, record: SessionRecord, signal?: AbortSignal): Promise<number> {
  const { session, scheduler } = tracker.context;
  const { cancelled, listed } = await endJobs(tracker, record, {
    why: "ended by `hpcnb down`",
    how: "asked",
    signal,
  });
  if (!listed.some(({ name }) => jobOfSession(name, session.name, scheduler))) return cancelled;
  const runs = await knownRuns(tracker, signal);
  if (straysIn(listed, tracker.context, runs).own.length === 0) return cancelled;
  const more = await endListed(tracker, { runs: runs.own, names: new Set(), isPending: false }, signal);
  return cancelled + more.cancelled;
}

/**
 * A tunnel that cannot be closed is no reason to let the jobs go on; it is told after their end.
 */
async function disconnect(tracker: Tracker, runs: Iterable<string>): Promise<PromiseSettledResult<unknown>> {
  const [closing] = await Promise.allSettled([tracker.context.connector?.disconnect(tracker.directory, runs)]);
  tracker.dispatch({ type: "tunnel-closed" });
  return closing;
}

async function takeDownWithoutRecord(look: Tracker, signal?: AbortSignal): Promise<TakenDown | undefined> {
  const known = await lookForStrays(look);
  const { recordProblem, strays } = look.state;
  if (strays?.own.length || recordProblem?.kind === "damaged") {
    // The place of the lock may be gone with the record.
    const tracker = await openTracker(look.context, "make", signal);
    return withLock(tracker, signal, () => endStrays(tracker, signal));
  }
  const closing = await disconnect(look, known.own);
  if (closing.status === "rejected") throw closing.reason;
  expectNoOthers(look, 0);
  return recordProblem && { cancelled: 0, lost: recordProblem.error.message };
}

async function endStrays(tracker: Tracker, signal?: AbortSignal): Promise<TakenDown> {
  if (await tracker.lookForRecord()) {
    throw new HpcnbError("HPCNB_BUSY", "Another command has started the session again meanwhile.", {
      hint: "Run `hpcnb down` again to end that too.",
      transient: true,
    });
  }
  const runs = await lookForStrays(tracker);
  const closing = await disconnect(tracker, runs.own);
  const { cancelled } = await endListed(tracker, { runs: runs.own, names: new Set(), isPending: true }, signal);
  await setAsideDamaged(tracker, signal);
  if (closing.status === "rejected") throw tunnelLeft(closing.reason);
  expectNoOthers(tracker, cancelled);
  return { cancelled, lost: whyLost(tracker.state.recordProblem) };
}

/**
 * @throws HPCNB_SCHEDULER_UNREACHABLE when nothing is known of the session's jobs: they may go on.
 */
async function lookForStrays(tracker: Tracker): Promise<KnownRuns> {
  const runs = await tracker.lookForStrays();
  const { trouble } = tracker.state;
  if (trouble === undefined) return runs;
  throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `It is not known whether jobs of the session go on: ${trouble}`, {
    hint: "Nothing was ended. Run `hpcnb down` again when the scheduler answers.",
    transient: true,
  });
}

/** Jobs that may be another folder's are told and left alone. */
function expectNoOthers({ state, context }: Tracker, cancelled: number): void {
  const others = state.strays?.others ?? [];
  if (others.length === 0) return;
  const ended = cancelled === 0 ? "" : `${cancelled} ended. `;
  throw new HpcnbError("HPCNB_NOT_STOPPED", `${ended}${describeOthers(others, context.session.name)}`, {
    hint: "Run `hpcnb down` in the folder that they were started in. If that is gone, end them with the scheduler's own command.",
  });
}

/** The jobs are what matters: that they have ended is said before what has not. */
function tunnelLeft(error: unknown): unknown {
  if (!isHpcnbError(error)) return error;
  const { code, hint, transient } = error;
  return new HpcnbError(code, `The jobs are ended, but the tunnel on this machine is not: ${error.message}`, {
    hint,
    transient,
    cause: error,
  });
}
