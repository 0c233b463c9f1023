import type { Clock } from "@hpcnb/core";

/** So many looks in a row must fail. */
const missesBelieved = 3;

interface Looking {
  readonly clock: Clock;
  /** Between two looks. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/**
 * Looks again and again whether something is still there. Resolves with what the last look failed
 * with, or with nothing when `signal` aborts.
 */
export async function untilLost(
  look: () => Promise<void>,
  { clock, everyMs, signal }: Looking,
): Promise<Error | undefined> {
  for (let misses = 0; ; ) {
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      return undefined;
    }
    try {
      await look();
      misses = 0;
    } catch (error) {
      misses += 1;
      if (misses === missesBelieved) return error as Error;
    }
  }
}
