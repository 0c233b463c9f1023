import type { Step } from "@hpcnb/client";
import { createLiveProgress } from "./live-progress.js";
import { createPlainProgress } from "./plain-progress.js";

/**
 * Shows on stderr what a command does and waits for: live on a terminal, one line a change
 * otherwise.
 */
export interface Progress {
  /**
   * What is done now; shown until there are steps. Where nothing can be taken away, not what passes
   * at once.
   */
  begin(text: string, passes?: boolean): void;
  update(steps: readonly Step[]): void;
  /** Leaves what is done on the screen. */
  stop(): void;
}

/** For one of several things that are shown together. */
export const silentProgress: Progress = { begin: () => {}, update: () => {}, stop: () => {} };

export interface ProgressOptions {
  readonly stream?: NodeJS.WriteStream;
  readonly now?: () => number;
  /** Where nothing is redrawn, a command that is not slow says nothing but its result. */
  readonly isBrief?: boolean;
}

export function createProgress(options: ProgressOptions = {}): Progress {
  const { stream = process.stderr, now = () => performance.now(), isBrief = false } = options;
  return isLive(stream) ? createLiveProgress(stream, now) : createPlainProgress(stream, { now, isBrief });
}

/** Whether lines can be taken away again, and somebody looks. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  return Boolean(stream.isTTY) && process.env.TERM !== "dumb" && !process.env.CI;
}
