import { type CommandResult, HpcnbError, expectReached as reached } from "@hpcnb/core";
import { notRun } from "./run.js";

/**
 * The words with which every command says that it had no answer from the qmaster, or could not even
 * look for it.
 */
const unreachable =
  /unable to (send message to|contact) qmaster|got (send|read|select|receive) (error|timeout)|commlib error|unable to initialize environment|failed receiving gdi request|can't (find|connect to) (service|qmaster)|act_qmaster|SGE_ROOT|cannot reach qmaster/i;

const notFoundHint =
  "Grid Engine's commands were not found, or the login profile that leads to them failed. Set scheduler.options.settings to the site's settings.sh, usually $SGE_ROOT/$SGE_CELL/common/settings.sh. Then no login profile is read.";

/** See core's; a command that was not run gave no answer either. */
export function expectReached(result: CommandResult, what: string): void {
  const why = whyNotRun(result);
  if (why !== undefined)
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${what}: ${why}, which would change the answer.`, {
      hint: "Take it out there: no option of the command overrides it.",
    });
  reached(result, what, { words: unreachable, notFoundHint });
}

/** Why the command was not run, see `run`. */
export function whyNotRun({ exitCode, stderr }: CommandResult): string | undefined {
  return exitCode === notRun ? /^hpcnb: (.+)$/m.exec(stderr)?.[1] : undefined;
}
