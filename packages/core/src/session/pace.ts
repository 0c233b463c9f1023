import type { Clock } from "../clock.js";
import type { Phase } from "./life-cycle.js";

/** Milliseconds between two looks at what the jobs publish. */
const look = { first: 100, longest: 2_000 };
/**
 * A job that starts after a long wait in a queue may be seen late by this share of the wait, up to
 * so many milliseconds.
 */
const lateInQueue = { share: 0.05, longest: 10_000 };
/**
 * Milliseconds between two questions to the scheduler. Once jobs run they tell of themselves, and
 * it only knows whether they are there.
 */
const question = { queued: 500, running: 2_000, longest: 15_000 };
const growth = 1.5;

/** One round of looking. */
export interface Turn {
  /** Whether the scheduler is asked too. */
  readonly asks: boolean;
  /** Milliseconds that the host may wait for news; undefined when it answers at once. */
  readonly patience: number | undefined;
}

/**
 * When to look, and when to ask the scheduler: often at first and whenever something is new, and
 * ever less often while nothing happens.
 */
export class Pace {
  lookPause = look.first;
  #questionPause: number = question.queued;
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
    return { asks, patience: waits ? Math.min(asks ? this.#questionPause : left, look.longest) : undefined };
  }

  done({ asks }: Turn, reached: boolean): void {
    if (asks) {
      this.#nextQuestion = this.#clock.now() + this.#questionPause;
      this.#questionPause = Math.min(this.#questionPause * growth, question.longest);
    }
    if (!reached) this.#nextQuestion = this.#clock.now();
  }

  /** For a phase that has just begun. */
  restart(phase: Phase): void {
    this.lookPause = look.first;
    this.#questionPause = phase === "queued" ? question.queued : question.running;
    this.#begun = this.#clock.now();
  }

  somethingNew(): void {
    this.lookPause = look.first;
  }

  /** Milliseconds until the next turn, for a look that began at `lookStart`. */
  pause({ patience }: Turn, phase: Phase, reached: boolean, lookStart: number): number {
    if (reached && patience === undefined && phase !== "queued") return 0;
    const pause = phase === "queued" ? Math.max(this.lookPause, Math.min(this.#questionPause, 1_000)) : this.lookPause;
    this.lookPause = Math.min(this.lookPause * growth, reached ? this.#longestLook(phase) : question.longest);
    // A host that has waited for news has done so already.
    return reached ? pause - (this.#clock.now() - lookStart) : pause;
  }

  #longestLook(phase: Phase): number {
    if (phase !== "queued") return look.longest;
    const waited = this.#clock.now() - this.#begun;
    return Math.max(look.longest, Math.min(waited * lateInQueue.share, lateInQueue.longest));
  }
}
