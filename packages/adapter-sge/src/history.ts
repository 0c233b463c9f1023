import { constants } from "node:os";
import { type CommandResult, expectAnswer, type JobHistory } from "@hpcnb/core";
import { expectReached, spokenLines } from "./failures.js";

/** What qacct says when it has no record (yet): a job's record comes some seconds after its end. */
const noRecord = /^error: job (id|array|name) .* not found|job id \S+ not found|no jobs running since startup/i;

/** Codes of `failed` in sge_status(5) for which there is more to say than what qacct prints beside them. */
const meanings: Readonly<Record<number, string>> = {
  26: "its output file could not be opened on the host where it ran",
  27: "the interpreter of its script was not found on the host where it ran",
  28: "its working directory could not be entered on the host where it ran",
  37: "it exceeded a limit: h_rt, h_cpu or h_vmem",
};

/** More tasks than these are counted only. */
const mostTasks = 5;

export function parseHistory(result: CommandResult): JobHistory | undefined {
  expectReached(result, "Asking how a job ended");
  if (result.exitCode !== 0 && spokenLines(result).some((line) => noRecord.test(line))) return undefined;
  const { stdout } = expectAnswer(result, "Asking how a job ended");
  // A job that was run again has several records, and the last one counts.
  const records = new Map(readRecords(stdout).map((record) => [record.taskid ?? "undefined", record]));
  const inOrder = [...records].sort(([one], [other]) => Number(one) - Number(other));
  const ends = Array.from(inOrder, ([task, record]) => ({ task, id: record.jobnumber, ...endOf(record) }));
  const id = ends[0]?.id;
  if (id === undefined) return undefined;
  const reason = reasonOf(ends);
  const killed = ends.some((end) => end.exitCode === undefined);
  return {
    id,
    ...(killed ? {} : { exitCode: Math.max(...ends.map((end) => end.exitCode ?? 0)) }),
    ...(reason === undefined ? {} : { reason }),
  };
}

type AccountingRecord = Readonly<Record<string, string>>;

function readRecords(text: string): AccountingRecord[] {
  return text
    .split(/^=+$/m)
    .map((block) =>
      Object.fromEntries(Array.from(block.matchAll(/^(\w+) +(.*?) *$/gm), ([, key, value]) => [key, value])),
    )
    .filter((record) => record.jobnumber !== undefined);
}

function endOf(record: AccountingRecord): { exitCode?: number; reason?: string } {
  const failed = Number.parseInt(record.failed ?? "0", 10);
  const status = Number.parseInt(record.exit_status ?? "", 10);
  if (failed === 0) return { ...(Number.isNaN(status) ? {} : { exitCode: status }) };
  const words = meanings[failed] ?? record.failed?.replace(/^\d+\s*:\s*/, "") ?? "";
  const parts = [overran(record) ?? words, signalName(status - 128), `Grid Engine's code ${failed}`];
  return { reason: parts.filter(Boolean).join(", ") };
}

/** A job that is killed for its walltime is recorded like any that is killed; only its request and its time tell. */
function overran(record: AccountingRecord): string | undefined {
  const limit = /\bh_rt=(\d+)/.exec(record.category ?? "")?.[1];
  const ran = Number.parseFloat(record.ru_wallclock ?? "");
  return limit !== undefined && ran >= Number(limit) ? `its walltime of ${limit} s was reached` : undefined;
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

function reasonOf(ends: readonly { task: string; reason?: string }[]): string | undefined {
  const failed = ends.filter(({ reason }) => reason !== undefined);
  if (failed.length === 0) return undefined;
  const shown = failed
    .slice(0, mostTasks)
    .map(({ task, reason }) => (task === "undefined" ? `${reason}` : `task ${task}: ${reason}`));
  if (failed.length > mostTasks) shown.push(`... and ${failed.length - mostTasks} more tasks`);
  return shown.join("\n");
}
