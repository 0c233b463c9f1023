import { type CommandResult, expectReached as reached, spokenLines } from "@hpcnb/core";

/**
 * The words of slurm_errno.c, and of the search for the configuration, for there being no answer
 * from slurmctld or slurmdbd.
 */
const unreachable =
  /unable to contact|socket timed out|connection refused|(connect|send|receive) failure|standby mode|zero bytes were|authentication|munge|incompatible versions|problem talking to|unable to process configuration|unable to establish|no route to host|name or service not known/i;

const notFoundHint =
  "Slurm's commands were not found, or the login profile that leads to them failed. Set scheduler.options.settings to a file of shell text that puts them on PATH. Then no login profile is read.";

export function expectReached(result: CommandResult, what: string): void {
  reached(result, what, { words: unreachable, notFoundHint });
}

/** Whether a command says that there is no such job (any more). */
export function knowsNoJob(result: CommandResult): boolean {
  return result.exitCode !== 0 && spokenLines(result).some((line) => /invalid job id/i.test(line));
}
