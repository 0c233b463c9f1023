import { setTimeout as delay } from "node:timers/promises";
import { HpcnbError } from "./errors.js";

/** Time as the life cycle sees it, injected so that hours pass in milliseconds in tests. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes backwards. */
  now(): number;
  /**
   * Resolves after so many milliseconds.
   * @throws HPCNB_ABORTED as soon as `signal` aborts.
   */
  sleep(pauseMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (pauseMs, signal) => {
    try {
      await delay(pauseMs, undefined, signal ? { signal } : {});
    } catch (error) {
      throw aborted(signal, error);
    }
  },
};

export interface Pauses {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Default 2. */
  readonly growth?: number;
}

/**
 * Gives one pause after another, in milliseconds: each is `growth` times the one before, up to the
 * longest.
 */
export function growingPauses({ firstMs, longestMs, growth = 2 }: Pauses): () => number {
  let nextMs = firstMs;
  return () => {
    const pauseMs = nextMs;
    nextMs = Math.min(pauseMs * growth, longestMs);
    return pauseMs;
  };
}

/**
 * A signal that aborts after so many milliseconds, or with another one; it keeps no process alive.
 * What AbortSignal.any makes of AbortSignal.timeout may never abort: in Node 20 nothing holds on to
 * the latter, and it is collected with its timer.
 */
export function limitedSignal(limitMs: number, signal?: AbortSignal): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), limitMs).unref();
  return signal ? AbortSignal.any([limit.signal, signal]) : limit.signal;
}

export function aborted(signal?: AbortSignal, cause: unknown = signal?.reason): HpcnbError {
  return new HpcnbError("HPCNB_ABORTED", "Interrupted.", { cause });
}

export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw aborted(signal);
}
