import { defined, type JobHistory, type JobRecord, signalName } from "@hpcnb/core";
import { type AccountingRecord, deleted, numberIn, overran, readRecords, starved, warned } from "./accounting.js";

const administrators = "the site's administrators can repair that";

/** Codes of `failed` in sge_status(5), where people need more words than qacct's. */
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

/**
 * Codes of `failed` after which Grid Engine starts the job again by itself: of a checkpointed job
 * that migrates, and of one that is rescheduled (`qmod -rj`, a host that was lost, exit code 99).
 */
const startsAgain = new Set([24, 25]);

/**
 * Each try of a job, and each task, has a record; a part of a parallel job on another host
 * (`pe_taskid`) is no end of the whole. The times are no help: a record of a rescheduled job has
 * 1970.
 */
export function parseHistory(text: string): JobRecord[] {
  const records = readRecords(text).filter((record) => (record.get("pe_taskid") ?? "NONE") === "NONE");
  return records.map((record) => {
    const [id = "", name = "", task] = ["jobnumber", "jobname", "taskid"].map((column) => record.get(column));
    const end = startsAgain.has(numberIn(record, "failed") ?? 0) ? undefined : endOf(record);
    return { id, name, task: task === "undefined" ? undefined : task, end };
  });
}

function endOf(record: AccountingRecord): JobHistory {
  const failed = numberIn(record, "failed") ?? 0;
  const status = numberIn(record, "exit_status");
  if (failed === 0) return defined({ exitCode: status, reason: status === 0 ? undefined : starved(record) });
  const signal = status === undefined ? undefined : signalName(status - 128);
  const walltime = overran(record);
  const native = meanings[failed] ?? record.get("failed")?.replace(/^\d+\s*:\s*/, "");
  const words = walltime ?? deleted(record) ?? warned(record, signal) ?? native;
  return {
    reason: [words, signal, `Grid Engine's code ${failed}`].filter(Boolean).join(", "),
    walltimeReached: walltime !== undefined,
  };
}
