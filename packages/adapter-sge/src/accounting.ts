import type { SubmittedJob } from "@hpcnb/core";

/** One record of accounting, as `qacct -j` prints it: a line for each column. */
export type AccountingRecord = ReadonlyMap<string, string>;

/**
 * Codes of `failed` after which Grid Engine starts the job again by itself: of a checkpointed job
 * that migrates, and of one that is rescheduled (`qmod -rj`, a host that was lost, exit code 99).
 */
const startsAgain = new Set([24, 25]);

/**
 * The records of how a job ended, or of how its tasks did, one for each, ascending. Numbers wrap
 * around and are used again, so what counts is the name, which hpcnb makes unique. The times are no
 * help: a record of a rescheduled job has 1970. Each try of a job is a record of its own, and the
 * last one decides; a part of a parallel job on another host (`pe_taskid`) is no end of the whole.
 */
export function endsOf({ id, name }: SubmittedJob, text: string): [task: string, record: AccountingRecord][] {
  const last = new Map<string, AccountingRecord>();
  for (const record of readRecords(text)) {
    if (record.get("jobnumber") !== id || record.get("jobname") !== name) continue;
    if ((record.get("pe_taskid") ?? "NONE") !== "NONE") continue;
    last.set(record.get("taskid") ?? "undefined", record);
  }
  return [...last]
    .filter(([, record]) => !startsAgain.has(numberIn(record, "failed") ?? 0))
    .sort(([one], [other]) => Number(one) - Number(other));
}

/**
 * The number that a column begins with: exit codes and codes of failure are small, whatever else
 * stands there is none.
 */
export function numberIn(record: AccountingRecord, column: string): number | undefined {
  const digits = /^\d{1,4}(?=\s|$)/.exec(record.get(column) ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function readRecords(text: string): AccountingRecord[] {
  const records: Map<string, string>[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("=====")) records.push(new Map());
    const space = line.indexOf(" ");
    if (space > 0) records.at(-1)?.set(line.slice(0, space), line.slice(space).trim());
  }
  return records;
}
