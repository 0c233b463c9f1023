import { type CancelTarget, type CommandResult, describeResult, HpcnbError, spokenLines } from "@hpcnb/core";
import { expectReached } from "./failures.js";

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
 * What qdel says of what it does, what it has done before, and jobs and tasks that are gone. A job
 * on a host that does not answer is registered for deletion too, and ends when the host is back.
 */
const harmless = [
  / has (registered|deleted) /,
  / is already in deletion/,
  /does not exist/,
  /do not exist/,
  /unable to sync state with remote execd/,
  / comprises no tasks/,
];

/** qdel fails as a whole when one of the jobs is gone, so each of its lines counts. */
export function parseCancel(result: CommandResult): void {
  expectReached(result, "Asking to cancel");
  if (result.exitCode === 0) return;
  const lines = spokenLines(result);
  if (lines.length > 0 && lines.every((line) => harmless.some((words) => words.test(line)))) return;
  throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `Grid Engine did not cancel: ${describeResult(result)}`);
}
