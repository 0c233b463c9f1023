import { aborted, throwIfAborted } from "@hpcnb/core";
import { silentFile } from "./cannot-write.js";

/** A file system must have done what it was asked within this time, whatever it is. */
export const fileTimeoutMs = 60_000;

/** Bytes. hpcnb's own files are small; anything larger is some other file. */
export const largestFile = 16_000_000;

export interface Patience {
  /** The beginning of the sentence when no answer comes. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  readonly limitMs?: number;
}

/**
 * Does `work` step by step in this process, and waits for it until its limit or until `signal`
 * aborts. A step that hangs in a file system cannot be ended: it is left behind, and should it come
 * back, `goesOn` throws before the next one.
 */
export async function withPatience<T>(
  { what, signal, limitMs = fileTimeoutMs }: Patience,
  work: (goesOn: () => void) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const over = new AbortController();
  let giveUp = (_: unknown) => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = (error) => {
      over.abort();
      reject(error);
    };
  });
  const timer = setTimeout(() => giveUp(silentFile(what, limitMs)), limitMs);
  const onAbort = () => giveUp(aborted(signal));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(() => over.signal.throwIfAborted()), givenUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
