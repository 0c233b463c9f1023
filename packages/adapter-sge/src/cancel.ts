import { type CancelTarget, type CommandResult, describeResult, HpcnbError } from "@hpcnb/core";
import { expectReached, spokenLines } from "./failures.js";

/**
 * qdel's words for what to delete. Several ranges of one array's tasks are a word each: `-t` takes
 * only one, and a list separated by commas is refused.
 */
export function cancelWords(targets: readonly CancelTarget[]): string[] {
  return targets.flatMap((target) =>
    typeof target === "string" ? target : target.tasks.map(({ first, last }) => `${target.id}.${first}-${last}`),
  );
}

/**
 * What the commands say of what they do, what they have done before, and jobs and tasks that are
 * gone. A job on a host that does not answer is registered for deletion too, and ends when the host
 * is back.
 */
const harmless = [
  / has (registered|deleted) /,
  / is already in deletion/,
  /does not exist/,
  /do not exist/,
  /unable to sync state with remote execd/,
  / comprises no tasks/,
  /^modified hold of /,
];

export const parseCancel = (result: CommandResult) => expectTaken(result, "cancel");

export const parseHold = (result: CommandResult) => expectTaken(result, "hold or release");

/** The commands fail as a whole when one of their jobs is gone, so each of their lines counts. */
function expectTaken(result: CommandResult, what: string): void {
  expectReached(result, `Asking to ${what}`);
  if (result.exitCode === 0) return;
  const lines = spokenLines(result);
  if (lines.length > 0 && lines.every((line) => harmless.some((words) => words.test(line)))) return;
  throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `Grid Engine did not ${what}: ${describeResult(result)}`);
}
