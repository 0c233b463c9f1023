import type { Clock } from "../clock.js";
import type { Phase } from "./session-state.js";

/** Between two looks at what the jobs publish. */
const lookMs = { first: 100, longest: 2_000 };
/**
 * What happens after a long wait may be seen late by this share of the wait, up to `longestMs`.
 */
const late = { share: 0.05, longestMs: 10_000 };
/**
 * Between two questions to the scheduler. Once jobs run they tell of themselves, and it only knows
 * whether they are there.
 */
const questionMs = { queued: 500, running: 2_000, longest: 15_000 };
const growth = 1.5;
/** Between two looks at a session that stays as it is until somebody changes it. */
const restingPauseMs = 10_000;

/** One round of looking. */
export interface Turn {
  /** When it began, by the clock. */
  readonly at: number;
  /** Whether the scheduler is asked too. */
  readonly asks: boolean;
  /** How long the host may wait for news; undefined when it answers at once. */
  readonly patienceMs: number | undefined;
}

/** What a turn has brought. */
export interface Found {
  readonly phase: Phase;
  readonly reached: boolean;
  /** Whether the jobs say something new. */
  readonly isNew: boolean;
}

/**
 * When to look, and when to ask the scheduler: often at first and whenever something is new, and
 * ever less often while nothing happens. A session that rests is looked at seldom, and as a whole.
 */
export class Pace {
  #phase: Phase = "absent";
  #phaseStart = 0;
  #lookPauseMs = lookMs.first;
  #questionPauseMs = questionMs.queued;
  #nextQuestion: number;
  #isFirst = true;
  readonly #clock: Clock;
  readonly #isResting: (phase: Phase) => boolean;

  constructor(clock: Clock, phase: Phase, isResting: (phase: Phase) => boolean) {
    this.#clock = clock;
    this.#isResting = isResting;
    this.#nextQuestion = clock.now();
    this.#begin(phase);
  }

  get inPhaseMs(): number {
    return this.#clock.now() - this.#phaseStart;
  }

  /** No host waits for news beyond `deadline`, by the clock. */
  turn(deadline = Number.POSITIVE_INFINITY): Turn {
    const at = this.#clock.now();
    const left = this.#nextQuestion - at;
    const asks = left <= 0;
    // A queue may take days: no program is to wait for it on a submit node. And what is there
    // already is told at once.
    const waits = this.#phase !== "queued" && !this.#isFirst && !this.#isResting(this.#phase);
    this.#isFirst = false;
    const longestMs = Math.max(0, Math.min(asks ? this.#questionPauseMs : left, this.#longestLook(), deadline - at));
    return { at, asks, patienceMs: waits ? longestMs : undefined };
  }

  /** Returns the milliseconds until the next turn. */
  pauseAfter({ at, asks, patienceMs }: Turn, { phase, reached, isNew }: Found): number {
    const now = this.#clock.now();
    if (asks) {
      this.#nextQuestion = now + this.#questionPauseMs;
      this.#questionPauseMs = Math.min(this.#questionPauseMs * growth, questionMs.longest);
    }
    const hasRested = this.#isResting(this.#phase);
    if (phase !== this.#phase) {
      const isStart = this.#phase === "queued";
      this.#begin(phase);
      // The scheduler has just said that the jobs run; they tell of themselves from now on.
      if (isStart) this.#nextQuestion = now + this.#questionPauseMs;
    }
    if (hasRested) this.#nextQuestion = now + this.#questionPauseMs;
    if (isNew) this.#lookPauseMs = lookMs.first;
    if (!reached || this.#isResting(phase)) this.#nextQuestion = now;
    if (this.#isResting(phase)) return restingPauseMs;
    if (reached && patienceMs === undefined && phase !== "queued") return 0;
    const pauseMs =
      phase === "queued" ? Math.max(this.#lookPauseMs, Math.min(this.#questionPauseMs, 1_000)) : this.#lookPauseMs;
    this.#lookPauseMs = Math.min(this.#lookPauseMs * growth, reached ? this.#longestLook() : questionMs.longest);
    // A host that has waited for news has done so already.
    return reached ? Math.max(0, pauseMs - (now - at)) : pauseMs;
  }

  #begin(phase: Phase): void {
    this.#phase = phase;
    this.#phaseStart = this.#clock.now();
    this.#lookPauseMs = lookMs.first;
    this.#questionPauseMs = phase === "queued" ? questionMs.queued : questionMs.running;
  }

  #longestLook(): number {
    return Math.max(lookMs.longest, Math.min(this.inPhaseMs * late.share, late.longestMs));
  }
}
