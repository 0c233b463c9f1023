import { type Clock, HpcnbError, throwIfAborted } from "@hpcnb/core";
import { type MockOptions, spanWithin } from "./options.js";
import { createDraw, type Draw } from "./random.js";

/** Keys that keep these random numbers apart from each other and from the simulation's. */
const topics = { lost: 101, carriedOut: 102, slow: 103 };

/** The way to the scheduler and back: it may be slow, and answers may get lost on it. */
export class Line {
  readonly #options: MockOptions;
  readonly #clock: Clock;
  readonly #draw: Draw;
  #requests = 0;
  #losses = { left: 0, carriedOut: true };
  /** Seconds; undefined leaves it to the options. */
  slownessSeconds: number | undefined;

  constructor(options: MockOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#draw = createDraw(options.seed ?? 1);
  }

  lose(answers: number, carriedOut: boolean): void {
    this.#losses = { left: answers, carriedOut };
  }

  /** Carries a request out at once, and answers late or never. */
  async request<T>(carryOut: () => T, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    const number = this.#requests++;
    const fate = this.#fateOf(number);
    const outcome = fate === "never arrived" ? undefined : attempt(carryOut);
    const seconds = this.slownessSeconds ?? spanWithin(this.#options.slowAnswers ?? 0, this.#draw(topics.slow, number));
    if (seconds > 0) await this.#clock.sleep(seconds * 1000, signal);
    else await Promise.resolve();
    throwIfAborted(signal);
    if (fate !== "answered" || !outcome) throw noAnswer();
    return outcome();
  }

  #fateOf(request: number): "answered" | "answer lost" | "never arrived" {
    if (this.#losses.left > 0) {
      this.#losses.left -= 1;
      return this.#losses.carriedOut ? "answer lost" : "never arrived";
    }
    if (this.#draw(topics.lost, request) >= (this.#options.lostAnswers ?? 0)) return "answered";
    return this.#draw(topics.carriedOut, request) < 0.5 ? "answer lost" : "never arrived";
  }
}

/** Does it now, to tell or to throw later what came of it. */
function attempt<T>(carryOut: () => T): () => T {
  try {
    const value = carryOut();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function noAnswer(): HpcnbError {
  return new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", "No answer came from the simulated scheduler.", {
    transient: true,
  });
}
