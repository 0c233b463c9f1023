import { type CommandResult, describeResult, expectAnswer, HpcnbError } from "@hpcnb/core";

/** The words with which every command says that it had no answer from the qmaster, or could not even look for it. */
const unreachable =
  /unable to (send message to|contact) qmaster|got (send|read|select|receive) (error|timeout)|commlib error|unable to initialize environment|failed receiving gdi request|can't (find|connect to) (service|qmaster)|act_qmaster|SGE_ROOT|cannot reach qmaster/i;

/**
 * Throws HPCNB_SCHEDULER_UNREACHABLE when there is no answer in this result: no such command, no qmaster, a command that was killed.
 * Any other failure is left to the caller.
 */
export function expectReached(result: CommandResult, what: string): void {
  if (result.exitCode === 0) return;
  if (result.exitCode === 127) {
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${what}: ${describeResult(result)}`, {
      hint: "Grid Engine's commands were not found. Set scheduler.options.settings to the site's settings.sh, usually $SGE_ROOT/$SGE_CELL/common/settings.sh.",
    });
  }
  if (result.exitCode === null || unreachable.test(result.stderr) || unreachable.test(result.stdout))
    expectAnswer(result, what);
}

/** What a command said, line by line, wherever it said it. */
export function spokenLines({ stdout, stderr }: CommandResult): string[] {
  return `${stderr}\n${stdout}`
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
