import {
  type CommandResult,
  defined,
  expectAnswer,
  historyOf,
  type JobEnd,
  type JobHistory,
  type SubmittedJob,
  signalName,
  spokenLines,
} from "@hpcnb/core";
import { type AccountingRecord, endsOf, numberIn } from "./accounting.js";
import { expectReached } from "./failures.js";
import { deleted, overran, starved, warned } from "./requests.js";

/** What qacct says when it has no record (yet): a job's record comes some seconds after its end. */
const noRecord = /^error: job (id|array|name) .* not found|job id \S+ not found|no jobs running since startup/i;

const administrators = "the site's administrators can repair that";

/**
 * Codes of `failed` in sge_status(5) that deserve a better sentence than the one that qacct prints.
 */
const meanings: Readonly<Record<number, string>> = {
  1: "it failed on the host that was to run it, before it began",
  4: "Grid Engine could not write its files on the host that was to run it: its disk may be full",
  7: "it failed before the site's prolog, which runs before each job",
  8: `the site's prolog, which runs before each job, failed: ${administrators}`,
  9: "it failed before its parallel environment was started",
  10: `the start procedure of its parallel environment failed: ${administrators}`,
  11: "it failed on the host that was to run it, just before its script was started",
  13: `it ran, and the stop procedure of its parallel environment failed: ${administrators}`,
  15: `it ran, and the site's epilog, which runs after each job, failed: ${administrators}`,
  17: "it was killed by a signal, perhaps that of qdel",
  18: "the program of Grid Engine that watches over it died",
  19: "its host, or the program of Grid Engine that watches over it, has probably crashed",
  26: "its output file could not be opened on the host where it ran",
  27: "the interpreter of its script was not found on the host where it ran",
  28: "its working directory could not be entered on the host where it ran",
  30: "its program exited with 100, which tells Grid Engine that it failed",
  37: "it exceeded a limit: h_rt, h_cpu or h_vmem",
  100: "it was ended by a signal (of qdel, of a limit that it exceeded, or its own), or its host crashed",
};

export function parseHistory(result: CommandResult, job: SubmittedJob): JobHistory | undefined {
  expectReached(result, "Asking how a job ended");
  if (result.exitCode !== 0 && spokenLines(result).some((line) => noRecord.test(line))) return undefined;
  const { stdout } = expectAnswer(result, "Asking how a job ended");
  return historyOf(
    endsOf(job, stdout).map(([task, record]) => ({ ...endOf(record), ...(task === "undefined" ? {} : { task }) })),
  );
}

function endOf(record: AccountingRecord): JobEnd {
  const failed = numberIn(record, "failed") ?? 0;
  const status = numberIn(record, "exit_status");
  if (failed === 0) {
    const reason = status === 0 ? undefined : starved(record);
    return defined({ exitCode: status, reason });
  }
  const signal = status === undefined ? undefined : signalName(status - 128);
  const native = meanings[failed] ?? record.get("failed")?.replace(/^\d+\s*:\s*/, "") ?? "";
  const walltime = overran(record);
  const words = walltime ?? deleted(record) ?? warned(record, signal) ?? native;
  return {
    reason: [words, signal, `Grid Engine's code ${failed}`].filter(Boolean).join(", "),
    ...(walltime === undefined ? {} : { walltimeReached: true }),
  };
}
