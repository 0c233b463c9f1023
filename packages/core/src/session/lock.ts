import { growingPauses } from "../clock.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { Lock } from "../host.js";
import { lockPath } from "./layout.js";
import type { Tracker } from "./tracker.js";

/**
 * What is done with the lock held takes seconds; ending jobs may take longer, and says so itself.
 */
const patienceMs = 60_000;

/**
 * Runs `work` while no other command starts or ends this session. Waits for one that does.
 * @throws HPCNB_BUSY when it takes too long, naming who holds the lock.
 */
export async function withLock<T>(
  tracker: Tracker,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await take(tracker, signal);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function take(tracker: Tracker, signal: AbortSignal | undefined): Promise<Lock> {
  const { host, clock } = tracker.context;
  const deadline = clock.now() + patienceMs;
  const nextPause = growingPauses({ firstMs: 200, longestMs: 3_000 });
  for (;;) {
    const pauseMs = nextPause();
    try {
      return await host.lock(lockPath(tracker.directory), signal);
    } catch (error) {
      if (!isHpcnbError(error, "HPCNB_BUSY")) throw error;
      if (clock.now() + pauseMs > deadline) {
        throw new HpcnbError(
          "HPCNB_BUSY",
          `Another command has been starting or ending this session for ${patienceMs / 1000} s.`,
          {
            cause: error,
            hint: "Wait for it to end, or end it, and try again.",
            transient: true,
          },
        );
      }
    }
    await clock.sleep(pauseMs, signal);
  }
}
