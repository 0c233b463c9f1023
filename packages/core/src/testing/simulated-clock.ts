import { setImmediate as turn } from "node:timers/promises";
import { aborted, type Clock, throwIfAborted } from "../clock.js";

interface Timer {
  readonly at: number;
  fire(): void;
}

/**
 * A clock that stands still until it is told to go on, so that hours pass in milliseconds and every
 * run is the same. For code that waits by this clock alone: real input and output take real time,
 * and this clock does not wait for them.
 */
export class SimulatedClock implements Clock {
  #now = 0;
  /** By time; timers of the same moment in the order in which they were set. */
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  /** How many sleeps have neither ended nor been aborted. */
  get pending(): number {
    return this.#timers.length;
  }

  async sleep(pauseMs: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        this.#timers.splice(this.#timers.indexOf(timer), 1);
        reject(aborted(signal));
      };
      const timer: Timer = {
        at: this.#now + Math.max(0, pauseMs),
        fire: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      const later = this.#timers.findIndex(({ at }) => at > timer.at);
      this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /**
   * Lets time pass until `work` has settled, and gives its result. Whenever all code waits, time
   * jumps to the next timer.
   * @throws Error when `work` waits for something that no timer of this clock will bring.
   */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await turn();
      if (settled) return work;
      if (this.#timers.length === 0) {
        throw new Error("Nothing to wait for: the work is not done, and nobody sleeps by this clock.");
      }
      this.#fireNext();
    }
  }

  /** Lets this much time pass, with everything that falls due in it. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    await turn();
    while ((this.#timers[0]?.at ?? Number.POSITIVE_INFINITY) <= end) {
      this.#fireNext();
      await turn();
    }
    this.#now = Math.max(this.#now, end);
  }

  #fireNext(): void {
    const timer = this.#timers.shift();
    if (!timer) return;
    this.#now = Math.max(this.#now, timer.at);
    timer.fire();
  }
}
