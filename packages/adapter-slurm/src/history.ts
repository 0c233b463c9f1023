import {
  type CommandResult,
  expectAnswer,
  historyOf,
  type JobEnd,
  type JobHistory,
  type JobId,
  type SubmittedJob,
  signalName,
} from "@hpcnb/core";
import { expectReached, knowsNoJob } from "./failures.js";

/** The words for sacct; command.ts asks scontrol, too. */
export function historyWords(id: JobId): string[] {
  return [`--jobs=${id}`, "--allocations", "--parsable2", "--noheader", "--format=JobID,JobName,State,ExitCode"];
}

/** What sacct or scontrol knows of a job, or of a task. */
interface JobRecord {
  /** "3" or, of those that were cancelled before they began, "5-9". */
  readonly task: string | undefined;
  /** "TIMEOUT", or "CANCELLED by 1000". */
  readonly state: string;
  /** Exit code and signal, such as "7:0". */
  readonly exit: string;
}

/** How a job ends without an exit code of its own that counts. */
const causes = new Map([
  ["TIMEOUT", "its walltime was reached"],
  ["OUT_OF_MEMORY", "it used more memory than it had asked for"],
  ["NODE_FAIL", "its node failed"],
  ["PREEMPTED", "it had to make way for another job"],
  ["DEADLINE", "it could not end before its deadline"],
  ["BOOT_FAIL", "its node did not start"],
  ["REVOKED", "another cluster has it"],
  ["CANCELLED", "it was cancelled"],
]);

/**
 * scontrol decides whether what it still knows has ended: sacct may be late, or know an earlier
 * try. sacct knows who cancelled a job.
 */
export function parseHistory(result: CommandResult, { id, name }: SubmittedJob): JobHistory | undefined {
  const lines = result.stdout.split("\n");
  const records = new Map<string | undefined, JobRecord>();
  for (const line of lines) {
    const record = accounted(line, id, name);
    if (record) records.set(record.task, record);
  }
  for (const line of lines) {
    const record = controlled(line, id, name);
    if (!record) continue;
    if (wordOf(record) !== wordOf(records.get(record.task))) records.set(record.task, record);
  }
  const ends = [...records.values()].flatMap((record) => endOf(record, result.stdout) ?? []);
  if (ends.length === 0 && result.exitCode !== 0) {
    expectReached(result, "Asking how a job ended");
    if (!knowsNoJob(result)) expectAnswer(result, "Asking how a job ended");
  }
  return historyOf(ends);
}

/** A line of sacct: "5_1|name|CANCELLED by 1000|0:0". */
function accounted(line: string, id: JobId, name: string): JobRecord | undefined {
  const [, job, task, called, state = "", exit = ""] =
    /^(\d+)(?:_\[?([\d,-]*)[^|]*)?\|(.*)\|([^|]*)\|([\d:]*)$/.exec(line) ?? [];
  return job === id && called === name ? { task, state, exit } : undefined;
}

/** A line of scontrol. Tasks that were cancelled before they began have no number of their own. */
function controlled(line: string, id: JobId, name: string): JobRecord | undefined {
  const value = (key: string) => new RegExp(`(?:^| )${key}=(\\S*)`).exec(line)?.[1];
  const job = value("ArrayJobId") ?? value("JobId");
  if (job !== id || value("JobName") !== name || value("ArrayTaskId") === "4294967294") return undefined;
  return { task: value("ArrayTaskId")?.split("%")[0], state: value("JobState") ?? "", exit: value("ExitCode") ?? "" };
}

function wordOf(record: JobRecord | undefined): string | undefined {
  return record?.state.split(" ")[0];
}

/** Undefined for what has not ended. */
function endOf(record: JobRecord, text: string): JobEnd | undefined {
  const word = wordOf(record) ?? "";
  const { task } = record;
  if (word === "COMPLETED" || word === "FAILED") {
    const [code = 0, signal = 0] = record.exit.split(":").map(Number);
    return signal === 0 ? { task, exitCode: code } : { task, reason: `${killed(signal)} (${word}, ${record.exit})` };
  }
  const cause = causes.get(word);
  if (cause === undefined) return undefined;
  const user = /^CANCELLED by (\d+)$/.exec(record.state)?.[1];
  const by = user === undefined ? "" : ` by ${nameIn(text, user) ?? `the user ${user}`}`;
  return {
    task,
    reason: `${cause}${by} (${word})`,
    ...(word === "TIMEOUT" ? { walltimeReached: true } : {}),
    ...(word === "PREEMPTED" ? { preempted: true } : {}),
  };
}

function killed(signal: number): string {
  const name = signalName(signal);
  return name === undefined
    ? "Slurm could not run it, perhaps because its node does not have the directory of its output"
    : `it was ended by ${name}`;
}

/** As getent writes it: "alice:x:1000:...". */
function nameIn(text: string, user: string): string | undefined {
  return new RegExp(`^([^:\\s]+):[^:]*:${user}:`, "m").exec(text)?.[1];
}
