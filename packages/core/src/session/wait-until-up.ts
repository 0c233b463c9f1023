import { isDeepStrictEqual } from "node:util";
import { throwIfAborted } from "../clock.js";
import { isHpcnbError } from "../errors.js";
import { tryToConnect } from "./connect.js";
import { throwIfLate, waitsForScheduler } from "./lateness.js";
import { endedMeanwhile, throwIfLost } from "./loss.js";
import { Pace, type Turn } from "./pace.js";
import type { Tracker } from "./tracker.js";

export interface WaitOptions {
  /** For everything together; without it a queued job is waited for as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A job waits this long before it is asked why: most never do. */
const longWaitMs = 2_000;

/**
 * Waits for each fact in turn until the session has all that it is to have: `tracker.wanted`.
 * Nothing is started.
 * @throws HPCNB_TIMEOUT (the jobs go on), HPCNB_JOB_ENDED, HPCNB_ABORTED
 */
export async function waitUntilUp(tracker: Tracker, { timeoutMs, signal }: WaitOptions): Promise<void> {
  const { clock, readiness } = tracker.context;
  const limits = { timeoutMs, storageMs: readiness.forJob().seconds * 1000 };
  const pace = new Pace(clock);
  const start = clock.now();
  let phase = tracker.state.phase;
  let phaseStart = start;
  // Since when the time counts against the phase's limit.
  let limitStart = start;
  for (;;) {
    throwIfAborted(signal);
    const { reports } = tracker.state;
    const lookStart = clock.now();
    const turn = pace.turn(phase);
    const reached = await whileReachable(tracker, () => lookOnce(tracker, turn, lookStart - phaseStart));
    // The host was reached just now, so a tunnel to it that cannot be opened is given up after a
    // while.
    if (reached && tracker.state.phase === "connecting")
      await whileReachable(tracker, () => tryToConnect(tracker, signal));
    pace.done(turn, reached);
    // What the jobs do meanwhile is not seen, so no limit of theirs can be held against them.
    if (!reached) limitStart += clock.now() - lookStart + pace.lookPauseMs;
    if (tracker.state.phase === "failed" || tracker.state.phase === "degraded") await throwIfLost(tracker, signal);

    const { state } = tracker;
    if (state.phase === "up") return;
    if (state.phase === "stopping" || state.phase === "ended" || state.phase === "absent") throw endedMeanwhile(state);
    if (state.phase !== phase) {
      phase = state.phase;
      phaseStart = clock.now();
      limitStart = phaseStart;
      pace.restart(phase);
    }
    if (waitsForScheduler(state)) limitStart = clock.now();
    throwIfLate(state, { inPhaseMs: clock.now() - limitStart, inAllMs: clock.now() - start }, limits);
    if (!isDeepStrictEqual(reports, state.reports)) pace.somethingNew();
    const { notebook } = state.reports;
    if (notebook.state === "started" && reports.notebook.state !== "started")
      tracker.context.connector?.prepare?.(tracker.directory, notebook.host);
    const pauseMs = pace.pause(turn, phase, reached, lookStart);
    const left = timeoutMs === undefined ? pauseMs : start + timeoutMs - clock.now();
    await clock.sleep(Math.max(0, Math.min(pauseMs, left)), signal);
  }
}

/** One look at all that can be known now. */
async function lookOnce(tracker: Tracker, turn: Turn, sincePhase: number): Promise<void> {
  await Promise.all([tracker.readReports(turn.patienceMs), turn.asks ? tracker.askScheduler() : undefined]);
  if (!turn.asks) return;
  await tracker.askHistory();
  if (sincePhase >= longWaitMs) await tracker.askWhy();
}

/** A host that cannot be reached now says nothing about the jobs, which go on: false then. */
async function whileReachable(tracker: Tracker, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const isAway = isHpcnbError(error, "HPCNB_SSH") || isHpcnbError(error, "HPCNB_TIMEOUT");
    if (!isAway || !error.transient) throw error;
    tracker.dispatch({ type: "question-failed", error });
    return false;
  }
}
