import { defined } from "../defined.js";
import { tryToConnect } from "./connect.js";
import { throwIfLate, waitsForScheduler } from "./lateness.js";
import { endedMeanwhile, endWhatIsLost } from "./loss.js";
import type { Turn } from "./pace.js";
import type { Tracker } from "./tracker.js";
import { looks, whyAway } from "./watch.js";

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
  const { clock, readiness, connector } = tracker.context;
  const limits = { timeoutMs, storageMs: readiness.forJob().seconds * 1000 };
  const start = clock.now();
  let { phase, reports } = tracker.state;
  // Since when the time counts against the phase's limit.
  let limitStart = start;
  let last = { at: start, isAway: false };
  const howToLook = {
    clock,
    signal,
    tracker: () => tracker,
    look: (turn: Turn, inPhaseMs: number) => lookOnce(tracker, turn, inPhaseMs),
    // What is waited for is on its way.
    isResting: () => false,
    ...defined({ deadline: timeoutMs === undefined ? undefined : start + timeoutMs }),
  };
  for await (const away of looks(howToLook)) {
    if (away && !away.transient) throw away;
    // The host was reached just now, so a tunnel to it that cannot be opened is given up after a
    // while.
    if (!away && tracker.state.phase === "connecting") await connectIfReachable(tracker, signal);
    const isAway = away !== undefined;
    // What the jobs do meanwhile is not seen, so no limit of theirs can be held against them.
    if (isAway || last.isAway) limitStart += clock.now() - last.at;
    last = { at: clock.now(), isAway };
    if (tracker.state.phase === "failed" || tracker.state.phase === "degraded") await endWhatIsLost(tracker, signal);

    const { state } = tracker;
    if (state.phase === "up") return;
    if (state.phase === "stopping" || state.phase === "ended" || state.phase === "absent") throw endedMeanwhile(state);
    if (state.phase !== phase || waitsForScheduler(state)) limitStart = clock.now();
    phase = state.phase;
    throwIfLate(state, { inPhaseMs: clock.now() - limitStart, inAllMs: clock.now() - start }, limits);
    const { notebook } = state.reports;
    if (notebook.state === "started" && reports.notebook.state !== "started")
      connector?.prepare?.(tracker.directory, notebook.host);
    reports = state.reports;
  }
}

/** One look at all that can be known now. */
async function lookOnce(tracker: Tracker, { asks, patienceMs }: Turn, inPhaseMs: number): Promise<void> {
  await Promise.all([tracker.readReports(patienceMs), asks ? tracker.askScheduler() : undefined]);
  if (!asks) return;
  await tracker.askHistory();
  if (inPhaseMs >= longWaitMs) await tracker.askWhy();
}

async function connectIfReachable(tracker: Tracker, signal: AbortSignal | undefined): Promise<void> {
  const away = await whyAway(
    () => tracker,
    () => tryToConnect(tracker, signal),
  );
  if (away && !away.transient) throw away;
}
