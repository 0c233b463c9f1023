import { type JobHistory, type JobRecord, type SubmittedJob, signalName } from "@hpcnb/core";

/** For sacct. Then scontrol is asked, too: see site.ts. */
export const historyWords = ["--allocations", "--parsable2", "--noheader", "--format=JobID,JobName,State,ExitCode"];

/** How a job ends without an exit code of its own that counts. */
const causes = new Map([
  ["FAILED", "Slurm could not run it, perhaps because its node does not have the directory of its output"],
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
 * What sacct or scontrol says of a job or a task: who cancelled it as a number, and its exit code
 * and signal, such as "7:0". Tasks that were cancelled before they began stand together, as "5-9".
 */
type Line = SubmittedJob & { task: string | undefined; state: string; by?: string | undefined; exit: string };

/**
 * scontrol decides whether what it still knows has ended: sacct may be late, or know an earlier
 * try. sacct knows who cancelled a job. For some seconds it may know a job's end and not its name,
 * and calls it "allocation": so a line counts as known only with its name.
 */
export function parseHistory(text: string): JobRecord[] {
  const lines = text.split("\n");
  const accounted = lines.flatMap(accountedIn);
  const keyOf = ({ id, name, task, state }: Line) => `${id} ${name} ${task} ${state}`;
  const known = new Set(accounted.map(keyOf));
  const news = lines.flatMap(controlledIn).filter((line) => !known.has(keyOf(line)));
  // As getent writes them: "alice:x:1000:...".
  const users = new Map([...text.matchAll(/^([^:\s]+):[^:\n]*:(\d+):/gm)].map(([, name, number]) => [number, name]));
  return [...accounted, ...news].map((line) => ({ ...line, end: endOf(line, users.get(line.by)) }));
}

/** A line of sacct: "5_1|name|CANCELLED by 1000|0:0". */
function accountedIn(line: string): Line[] {
  const [, id, task, name = "", state = "", by, exit = ""] =
    /^(\d+)(?:_\[?([\d,-]*)[^|]*)?\|(.*)\|([^| ]*)(?: (?:by (\d{1,10}))?[^|]*)?\|([\d:]*)$/.exec(line) ?? [];
  return id === undefined ? [] : [{ id, name, task, state, by, exit }];
}

/** A line of scontrol. Tasks that were cancelled before they began have no number of their own. */
function controlledIn(line: string): Line[] {
  const value = (key: string) => new RegExp(`(?:^| )${key}=(\\S*)`).exec(line)?.[1];
  const id = value("ArrayJobId") ?? value("JobId");
  const [name = "", task, state = "", exit = ""] = ["JobName", "ArrayTaskId", "JobState", "ExitCode"].map(value);
  return id === undefined || task === "4294967294" ? [] : [{ id, name, task: task?.split("%")[0], state, exit }];
}

/** Undefined for what has not ended. */
function endOf({ state, by, exit }: Line, user = `the user ${by}`): JobHistory | undefined {
  const [exitCode = 0, signal = 0] = exit.split(":").map(Number);
  const endedByItself = state === "COMPLETED" || state === "FAILED";
  if (endedByItself && signal === 0) return { exitCode };
  const killer = endedByItself ? signalName(signal) : undefined;
  const cause = killer === undefined ? causes.get(state) : `it was ended by ${killer}`;
  if (cause === undefined) return undefined;
  return {
    reason: `${cause}${by === undefined ? "" : ` by ${user}`} (${state}${endedByItself ? `, ${exit}` : ""})`,
    walltimeReached: state === "TIMEOUT",
    preempted: state === "PREEMPTED",
  };
}
