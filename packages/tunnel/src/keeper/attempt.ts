import { aborted, type Clock, type Endpoint, HpcnbError, type OpenTunnel, type Tunnel } from "@hpcnb/core";

/**
 * One kind of tunnel may take this long to open. The limits inside of it, such as a login's, are
 * shorter: they have more to say.
 */
export const kindLimitMs = 75_000;

/**
 * One may take this long to let go of what it has begun. Nobody gives up waiting for a keeper's
 * answer sooner.
 */
const endLimitMs = 3_000;

export interface OpenLimits {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** For each kind. */
  readonly limitMs: number;
}

/** A kind of tunnel that is being opened. */
export interface Attempt {
  readonly tunnel: Tunnel;
  /** On the clock. */
  readonly since: number;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Ends it, also when it is open. Resolves when nothing is left of it, or after a few seconds. */
  end(): Promise<void>;
}

export type Outcome = { readonly attempt: Attempt } & (
  | { readonly opened: OpenTunnel; readonly error?: undefined }
  | { readonly opened?: undefined; readonly error: unknown }
);

export function startAttempt(tunnel: Tunnel, endpoint: Endpoint, limits: OpenLimits): Attempt {
  const ending = new AbortController();
  const outcome = inTime(limits, ending, (signal) => tunnel.open(endpoint, signal)).then(
    (opened): Outcome => ({ attempt, opened }),
    (error: unknown): Outcome => ({ attempt, error }),
  );
  const attempt: Attempt = {
    tunnel,
    since: limits.clock.now(),
    outcome,
    end: async () => {
      ending.abort();
      const { opened } = await outcome;
      await opened?.close();
    },
  };
  return attempt;
}

/**
 * Ends an opening that takes too long, or that nobody wants any more. A tunnel that opens
 * nevertheless is closed.
 */
async function inTime(
  { signal, clock, limitMs }: OpenLimits,
  ending: AbortController,
  open: (signal: AbortSignal) => Promise<OpenTunnel>,
): Promise<OpenTunnel> {
  const end = () => ending.abort();
  signal.addEventListener("abort", end);
  const settled = new AbortController();
  let isLate = false;
  // A sleep that is ended has nothing to tell.
  const silent = () => {};
  // Not a signal that times out: a tunnel that is open may still listen to it.
  clock.sleep(limitMs, settled.signal).then(() => {
    isLate = true;
    end();
  }, silent);
  const opening = open(ending.signal);
  const givenUp = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => {
      clock.sleep(endLimitMs, settled.signal).then(() => reject(aborted(ending.signal)), silent);
    });
  });
  try {
    return await Promise.race([opening, givenUp]);
  } catch (error) {
    opening.then((opened) => opened.close()).catch(silent);
    if (signal.aborted || !isLate) throw error;
    throw new HpcnbError("HPCNB_TIMEOUT", `it was not open after ${limitMs / 1000} s.`, { cause: error });
  } finally {
    settled.abort();
    signal.removeEventListener("abort", end);
  }
}
