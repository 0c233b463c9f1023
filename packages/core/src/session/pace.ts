import type { Clock } from "../clock.js";
import type { Phase } from "./life-cycle.js";

/**
 * Milliseconds between two looks at what the jobs publish, and between two questions to the
 * scheduler.
 */
const look = { first: 100, longest: 2_000 };
const question = { first: 500, longest: 15_000 };
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
  #questionPause = question.first;
  #nextQuestion: number;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#nextQuestion = clock.now();
  }

  turn(phase: Phase): Turn {
    const left = this.#nextQuestion - this.#clock.now();
    const asks = left <= 0;
    // A queue may take days, and nothing may wait that long on a submit node.
    return { asks, patience: asks || phase === "queued" ? undefined : Math.min(left, look.longest) };
  }

  done({ asks }: Turn, reached: boolean): void {
    if (asks) {
      this.#nextQuestion = this.#clock.now() + this.#questionPause;
      this.#questionPause = Math.min(this.#questionPause * growth, question.longest);
    }
    if (!reached) this.#nextQuestion = this.#clock.now();
  }

  restart(): void {
    this.lookPause = look.first;
    this.#questionPause = question.first;
  }

  somethingNew(): void {
    this.lookPause = look.first;
  }

  /** Milliseconds until the next turn, for a look that began at `lookStart`. */
  pause({ patience }: Turn, phase: Phase, reached: boolean, lookStart: number): number {
    if (reached && patience === undefined && phase !== "queued") return 0;
    const pause = phase === "queued" ? Math.max(this.lookPause, Math.min(this.#questionPause, 1_000)) : this.lookPause;
    this.lookPause = Math.min(this.lookPause * growth, reached ? look.longest : question.longest);
    // A host that has waited for news has done so already.
    return reached ? pause - (this.#clock.now() - lookStart) : pause;
  }
}
