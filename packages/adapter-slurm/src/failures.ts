import { type CommandResult, describeResult, expectAnswer, HpcnbError, spokenLines } from "@hpcnb/core";

/**
 * The words of slurm_errno.c, and of the search for the configuration, for there being no answer
 * from slurmctld or slurmdbd.
 */
const unreachable =
  /unable to contact|socket timed out|connection refused|(connect|send|receive) failure|standby mode|zero bytes were|authentication|munge|incompatible versions|problem talking to|unable to process configuration|unable to establish|no route to host|name or service not known/i;

/**
 * Throws HPCNB_SCHEDULER_UNREACHABLE when there is no answer in this result: no such command, no
 * slurmctld, a command that was killed. Any other failure is left to the caller.
 */
export function expectReached(result: CommandResult, what: string): void {
  if (result.exitCode === 0) return;
  if (result.exitCode === 127) {
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${what}: ${describeResult(result)}`, {
      hint: "Slurm's commands were not found, or the login profile that leads to them failed. Set scheduler.options.settings to a file of shell text that puts them on PATH. Then no login profile is read.",
    });
  }
  const lines = spokenLines(result);
  if (lines.length === 0 || lines.some((line) => unreachable.test(line))) expectAnswer(result, what);
}

/** Whether a command says that there is no such job (any more). */
export function knowsNoJob(result: CommandResult): boolean {
  return result.exitCode !== 0 && spokenLines(result).some((line) => /invalid job id/i.test(line));
}
