import { type CancelTarget, type CommandResult, describeResult, HpcnbError, spokenLines } from "@hpcnb/core";
import { expectReached } from "./failures.js";

/** scancel's words: "17", "18_[2-3,7-7]", and for a job of another cluster that cluster, too. */
export function cancelWords(targets: readonly CancelTarget[]): string[] {
  return targets.flatMap((target) => {
    if (typeof target !== "string")
      return `${target.id}_[${target.tasks.map(({ first, last }) => `${first}-${last}`).join()}]`;
    const [id = "", cluster] = target.split(";");
    return cluster === undefined ? id : [`--clusters=${cluster}`, id];
  });
}

/** What scancel says of jobs that are gone or going; 22.05 says nothing of most. */
const harmless = /invalid job id specified|already completing or completed/i;

/** One job that is not there makes scancel fail as a whole, so each of its lines counts. */
export function parseCancel(result: CommandResult): void {
  expectReached(result, "Asking to cancel");
  if (result.exitCode === 0 || spokenLines(result).every((line) => harmless.test(line))) return;
  throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `Slurm did not cancel: ${describeResult(result)}`);
}
