import { isDeepStrictEqual } from "node:util";
import { type Clock, throwIfAborted } from "../clock.js";
import { type HpcnbError, isHpcnbError } from "../errors.js";
import type { SessionContext } from "./context.js";
import { lookAt } from "./open-session.js";
import { Pace, type Turn } from "./pace.js";
import type { Phase } from "./session-state.js";
import type { Tracker } from "./tracker.js";

/** What one look at a session has seen. */
export type Look =
  | { readonly tracker: Tracker; readonly problem?: undefined }
  /** The submit node could not be reached. The jobs are unknown then, not gone. */
  | { readonly tracker: Tracker | undefined; readonly problem: HpcnbError };

/** Phases that end without anybody's doing. */
const moving: ReadonlySet<Phase> = new Set(["submitting", "queued", "starting", "connecting", "gathering"]);

/**
 * Looks at a session again and again, and starts and ends nothing. It looks often while the session
 * comes up, and each 10 s else. A host that cannot be reached is a look like any other. It ends
 * when `signal` does, and not before: a session that has ended may be started again.
 */
export async function* watch(context: SessionContext, signal: AbortSignal): AsyncGenerator<Look, void> {
  let tracker: Tracker | undefined;
  const look = async ({ asks, patienceMs }: Turn) => {
    if (!tracker) tracker = await lookAt(context, signal);
    else if (asks) await tracker.observe();
    else {
      await tracker.lookAtReports(patienceMs);
      await tracker.readConnection();
    }
    if (asks) await tracker.askWhy();
  };
  const isResting = (phase: Phase) => !moving.has(phase);
  try {
    for await (const problem of looks({ clock: context.clock, tracker: () => tracker, look, isResting, signal })) {
      if (problem) yield { tracker, problem };
      else if (tracker) yield { tracker };
    }
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
  }
}

export interface Looking {
  readonly clock: Clock;
  /** Undefined until the host has been reached. */
  readonly tracker: () => Tracker | undefined;
  readonly look: (turn: Turn, inPhaseMs: number) => Promise<unknown>;
  /** Whether nothing changes in this phase unless somebody does something. */
  readonly isResting: (phase: Phase) => boolean;
  /** When to look again at the latest, by the clock. */
  readonly deadline?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The one loop that looks at a session, at the pace of its phase. After each look it yields why the
 * host could not be reached, if it could not.
 * @throws HPCNB_ABORTED, and what a look throws otherwise.
 */
export async function* looks({
  clock,
  tracker,
  look,
  isResting,
  deadline = Number.POSITIVE_INFINITY,
  signal,
}: Looking): AsyncGenerator<HpcnbError | undefined, never> {
  const phase = () => tracker()?.state.phase ?? "absent";
  const pace = new Pace(clock, phase(), isResting);
  for (;;) {
    throwIfAborted(signal);
    const before = tracker()?.state.reports;
    const turn = pace.turn(deadline);
    const problem = await whyAway(tracker, () => look(turn, pace.inPhaseMs));
    yield problem;
    const isNew = !isDeepStrictEqual(before, tracker()?.state.reports);
    const pauseMs = pace.pauseAfter(turn, { phase: phase(), reached: !problem, isNew });
    await clock.sleep(Math.max(0, Math.min(pauseMs, deadline - clock.now())), signal);
  }
}

/**
 * Why the host could not be reached for `work`, if it could not: that says nothing about the jobs,
 * which go on.
 */
export async function whyAway(
  tracker: () => Tracker | undefined,
  work: () => Promise<unknown>,
): Promise<HpcnbError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const isAway = isHpcnbError(error, "HPCNB_SSH") || (isHpcnbError(error, "HPCNB_TIMEOUT") && error.transient);
    if (!isAway) throw error;
    if (error.transient) tracker()?.dispatch({ type: "question-failed", error });
    return error;
  }
}
