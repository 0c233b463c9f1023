import type { Clock } from "../clock.js";
import { HpcnbError } from "../errors.js";

/**
 * Asks for a fact until it is true.
 * @throws HPCNB_TIMEOUT with `awaited()`, which says what was awaited and what was seen last.
 */
export type WaitUntil = (fact: () => Promise<boolean>, awaited: () => string) => Promise<void>;

export interface WaitOptions {
  readonly clock: Clock;
  /** Default 120,000: a real scheduler may look at its queue every 15 s only. */
  readonly limitMs?: number;
  /** Between two questions. Default 200. */
  readonly pauseMs?: number;
}

export function createWaitUntil({ clock, limitMs = 120_000, pauseMs = 200 }: WaitOptions): WaitUntil {
  return async (fact, awaited) => {
    const deadline = clock.now() + limitMs;
    while (!(await fact())) {
      if (clock.now() >= deadline) {
        throw new HpcnbError("HPCNB_TIMEOUT", `Waited ${limitMs / 1000} s without success for ${awaited()}.`);
      }
      await clock.sleep(pauseMs);
    }
  };
}
