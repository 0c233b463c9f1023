import { type CommandResult, describeResult, expectAnswer, HpcnbError } from "@hpcnb/core";
import { notRun } from "./run.js";

/**
 * The words with which every command says that it had no answer from the qmaster, or could not even
 * look for it.
 */
const unreachable =
  /unable to (send message to|contact) qmaster|got (send|read|select|receive) (error|timeout)|commlib error|unable to initialize environment|failed receiving gdi request|can't (find|connect to) (service|qmaster)|act_qmaster|SGE_ROOT|cannot reach qmaster/i;

/**
 * Throws HPCNB_SCHEDULER_UNREACHABLE when there is no answer in this result: no such command, no
 * qmaster, a command that was killed. Any other failure is left to the caller.
 */
export function expectReached(result: CommandResult, what: string): void {
  if (result.exitCode === 0) return;
  if (result.exitCode === 127) {
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `${what}: ${describeResult(result)}`, {
      hint: "Grid Engine's commands were not found, or the login profile that leads to them failed. Set scheduler.options.settings to the site's settings.sh, usually $SGE_ROOT/$SGE_CELL/common/settings.sh. Then no login profile is read.",
    });
  }
  const why = whyNotRun(result);
  if (why !== undefined)
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${what}: ${why}, which would change the answer.`, {
      hint: "Take it out there: no option of the command overrides it.",
    });
  // A shell in between tells a command's death by a signal as a code above 128.
  if (
    result.exitCode === null ||
    result.exitCode > 128 ||
    unreachable.test(result.stderr) ||
    unreachable.test(result.stdout)
  )
    expectAnswer(result, what);
}

/** Why the command was not run, see `run`. */
export function whyNotRun({ exitCode, stderr }: CommandResult): string | undefined {
  return exitCode === notRun ? /^hpcnb: (.+)$/m.exec(stderr)?.[1] : undefined;
}
