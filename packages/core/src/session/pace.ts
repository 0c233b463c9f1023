import type { Clock } from "../clock.js";
import type { Phase } from "./life-cycle.js";

/** Between two looks at what the jobs publish. */
const lookMs = { first: 100, longest: 2_000 };
/**
 * A job that starts after a long wait in a queue may be seen late by this share of the wait, up to
 * `longestMs`.
 */
const lateInQueue = { share: 0.05, longestMs: 10_000 };
/**
 * Between two questions to the scheduler. Once jobs run they tell of themselves, and
 * it only knows whether they are there.
 */
const questionMs = { queued: 500, running: 2_000, longest: 15_000 };
const growth = 1.5;

/** One round of looking. */
export interface Turn {
  /** Whether the scheduler is asked too. */
  readonly asks: boolean;
  /** How long the host may wait for news; undefined when it answers at once. */
  readonly patienceMs: number | undefined;
}

/**
 * When to look, and when to ask the scheduler: often at first and whenever something is new, and
 * ever less often while nothing happens.
 */
export class Pace {
  lookPauseMs = lookMs.first;
  #questionPauseMs: number = questionMs.queued;
  #nextQuestion: number;
  #begun: number;
  #isFirst = true;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#nextQuestion = clock.now();
    this.#begun = clock.now();
  }

  turn(phase: Phase): Turn {
    const left = this.#nextQuestion - this.#clock.now();
    const asks = left <= 0;
    // A queue may take days: no program is to wait for it on a submit node. And what is there
    // already is told at once.
    const waits = phase !== "queued" && !this.#isFirst;
    this.#isFirst = false;
    return { asks, patienceMs: waits ? Math.min(asks ? this.#questionPauseMs : left, lookMs.longest) : undefined };
  }

  done({ asks }: Turn, reached: boolean): void {
    if (asks) {
      this.#nextQuestion = this.#clock.now() + this.#questionPauseMs;
      this.#questionPauseMs = Math.min(this.#questionPauseMs * growth, questionMs.longest);
    }
    if (!reached) this.#nextQuestion = this.#clock.now();
  }

  /** For a phase that has just begun. */
  restart(phase: Phase): void {
    this.lookPauseMs = lookMs.first;
    this.#questionPauseMs = phase === "queued" ? questionMs.queued : questionMs.running;
    this.#begun = this.#clock.now();
  }

  somethingNew(): void {
    this.lookPauseMs = lookMs.first;
  }

  /** Milliseconds until the next turn, for a look that began at `lookStart`. */
  pause({ patienceMs }: Turn, phase: Phase, reached: boolean, lookStart: number): number {
    if (reached && patienceMs === undefined && phase !== "queued") return 0;
    const pause =
      phase === "queued" ? Math.max(this.lookPauseMs, Math.min(this.#questionPauseMs, 1_000)) : this.lookPauseMs;
    this.lookPauseMs = Math.min(this.lookPauseMs * growth, reached ? this.#longestLook(phase) : questionMs.longest);
    // A host that has waited for news has done so already.
    return reached ? pause - (this.#clock.now() - lookStart) : pause;
  }

  #longestLook(phase: Phase): number {
    if (phase !== "queued") return lookMs.longest;
    const waited = this.#clock.now() - this.#begun;
    return Math.max(lookMs.longest, Math.min(waited * lateInQueue.share, lateInQueue.longestMs));
  }
}
