import { describeResult, spokenLines } from "./command.js";
import { expectAnswer } from "./command-scheduler.js";
import { HpcnbError } from "./errors.js";
import type { CommandResult } from "./host.js";

export interface Unreachable {
  /** The words with which every command of the scheduler says that it had no answer from it. */
  readonly words: RegExp;
  /** What to do where its commands are not found. */
  readonly notFoundHint: string;
}

/**
 * Throws HPCNB_SCHEDULER_UNREACHABLE when a result has no answer of the scheduler: no such command,
 * no server, a command that was killed or that failed and said nothing. Any other failure is left
 * to the caller.
 */
export function expectReached(result: CommandResult, what: string, { words, notFoundHint }: Unreachable): void {
  if (result.exitCode === 0) return;
  if (result.exitCode === 127)
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${what}: ${describeResult(result)}`, { hint: notFoundHint });
  const lines = spokenLines(result);
  // A shell in between tells a command's death by a signal as 128 and the signal's number, which is
  // 64 at most. Some commands have codes of their own above these.
  const wasKilled = result.exitCode === null || (result.exitCode > 128 && result.exitCode <= 128 + 64);
  if (wasKilled || lines.length === 0 || lines.some((line) => words.test(line))) expectAnswer(result, what);
}
