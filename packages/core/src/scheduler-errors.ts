import { describeResult, expectSuccess, spokenLines } from "./command.js";
import type { FailureWords } from "./dialect.js";
import { HpcnbError } from "./errors.js";
import type { CommandResult } from "./host.js";

/**
 * Throws HPCNB_SCHEDULER_UNREACHABLE when a result has no answer of the scheduler: no such command,
 * no server, a command that was killed or that failed and said nothing. Any other failure is left
 * to the caller.
 */
export function expectReached(result: CommandResult, what: string, words: FailureWords): void {
  const { exitCode } = result;
  if (exitCode === 0) return;
  if (exitCode === 127)
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${what}: ${describeResult(result)}`, {
      hint: words.notFoundHint,
    });
  const lines = spokenLines(result);
  // A shell in between tells a command's death by a signal as 128 and the signal's number, which is
  // 64 at most. Some commands have codes of their own above these.
  const wasKilled = exitCode === null || (exitCode > 128 && exitCode <= 128 + 64);
  const saysSo = exitCode === words.unreachableCode || lines.some((line) => words.unreachable?.test(line));
  if (wasKilled || lines.length === 0 || saysSo) expectAnswer(result, what);
}

/** Throws HPCNB_SCHEDULER_UNREACHABLE for a command that failed, whatever it said. */
export function expectAnswer(result: CommandResult, what: string): CommandResult {
  return expectSuccess(result, what, {
    code: "HPCNB_SCHEDULER_UNREACHABLE",
    transient: true,
    hint: "Your jobs are not affected. Try again later; if it keeps failing, run the scheduler command above on its host.",
  });
}

/** For the text of a command that cannot be read. It may be better the next time. */
export function notUnderstood(command: string, text: string, why?: string): HpcnbError {
  const begin = text.trim().slice(0, 300);
  const shown = begin === "" ? "it is empty" : JSON.stringify(begin);
  const reason = why === undefined ? "" : `, ${why}`;
  return new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${command}'s answer was not understood${reason}: ${shown}`, {
    transient: true,
  });
}

/** For a job that cannot be submitted, in words for the user. */
export function rejection(message: string, hint?: string): HpcnbError {
  return new HpcnbError("HPCNB_SUBMIT_REJECTED", message, { hint });
}

/** For a job whose path a scheduler cannot express. `owner` is what the path belongs to. */
export function refusedPath(scheduler: string, character: string, owner: string, path: string): HpcnbError {
  return rejection(
    `${scheduler} cannot take ${character} in the path of ${owner}: ${JSON.stringify(path)}.`,
    "Give the notebook directory, or the one that it is in, another name.",
  );
}
