import { type CommandResult, describeResult, HpcnbError } from "@hpcnb/core";
import { expectReached, spokenLines } from "./failures.js";

/**
 * What qdel says of jobs that it deletes, is deleting already, or that are gone. Jobs and array tasks have their own sentences. A job on a host
 * that does not answer is registered for deletion too, and ends when the host is back.
 */
const harmless = [
  / has (registered|deleted) /,
  / is already in deletion/,
  /does not exist/,
  /do not exist/,
  /unable to sync state with remote execd/,
];

/** qdel fails as a whole when one of its jobs is gone, so each of its lines counts. */
export function parseCancel(result: CommandResult): void {
  expectReached(result, "Cancelling");
  if (result.exitCode === 0) return;
  const lines = spokenLines(result);
  if (lines.length > 0 && lines.every((line) => harmless.some((words) => words.test(line)))) return;
  throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `Grid Engine did not cancel: ${describeResult(result)}`);
}
