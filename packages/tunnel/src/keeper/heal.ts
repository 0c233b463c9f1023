import { type Clock, growingPauses, isHpcnbError, type OpenTunnel } from "@hpcnb/core";

/** Between two tries. */
const pauses = { firstMs: 1_000, longestMs: 60_000 };
/** A network may be away so long. */
const awayLimitMs = 24 * 3_600_000;
/**
 * A notebook that is not there is not waited for: it has ended, or the next `up` starts it
 * somewhere else.
 */
const triesForTheRest = 4;

export interface HealOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFailure?: (error: Error) => void;
  /** An event "retry" ends the pause between two tries. */
  readonly nudges?: EventTarget | undefined;
}

/**
 * Opens a tunnel again that ended by itself. A network that is away is waited for, with growing
 * pauses; anything else is tried a few times, so that nobody is locked out for knocking too often.
 * @throws the last failure, or HPCNB_ABORTED.
 */
export async function openAgain(
  open: () => Promise<OpenTunnel>,
  { clock, signal, onFailure, nudges }: HealOptions,
): Promise<OpenTunnel> {
  const since = clock.now();
  let others = 0;
  const nextPause = growingPauses(pauses);
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
      onFailure?.(error);
      if (!error.transient) others += 1;
      if (others >= triesForTheRest || clock.now() - since > awayLimitMs) throw error;
    }
    await rest(nextPause(), { clock, signal, nudges });
  }
}

async function rest(pauseMs: number, { clock, signal, nudges }: HealOptions): Promise<void> {
  const nudged = new AbortController();
  const wake = () => nudged.abort();
  nudges?.addEventListener("retry", wake);
  try {
    await clock.sleep(pauseMs, AbortSignal.any([signal, nudged.signal]));
  } catch (error) {
    if (signal.aborted || !nudged.signal.aborted) throw error;
  } finally {
    nudges?.removeEventListener("retry", wake);
  }
}
