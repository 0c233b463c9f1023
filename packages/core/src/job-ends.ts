import { constants } from "node:os";
import { defined } from "./defined.js";
import type { JobHistory, JobStatus, SubmittedJob } from "./scheduler.js";

/** What a scheduler has on record of a job, or of one task or several of an array. */
export interface JobRecord extends SubmittedJob {
  /** As people read it, such as "3" or "5-9"; left out for a job that is no array. */
  readonly task?: string | undefined;
  /** How it ended; left out while it has not, and where the scheduler starts it again. */
  readonly end?: JobHistory | undefined;
}

type JobEnd = JobHistory & { readonly task: string | undefined };

/** More tasks than these are counted only. */
const mostTasks = 5;

/**
 * The history of a job: the worst exit code, the reasons of the tasks that have one, and that a
 * walltime was reached or one had to make room, if so. Undefined where nothing has ended.
 *
 * Numbers are used again, so a record counts only if it has the job's name, too. Each try of a task
 * has a record, and the last one counts.
 */
export function historyOf(records: readonly JobRecord[], { id, name }: SubmittedJob): JobHistory | undefined {
  const last = new Map<string | undefined, JobRecord>();
  for (const record of records) if (record.id === id && record.name === name) last.set(record.task, record);
  const ends = [...last.values()]
    .flatMap(({ task, end }): JobEnd[] => (end ? [{ ...end, task }] : []))
    .sort((one, other) => Number.parseInt(one.task ?? "", 10) - Number.parseInt(other.task ?? "", 10));
  if (ends.length === 0) return undefined;
  const killed = ends.some((end) => end.exitCode === undefined);
  return defined({
    exitCode: killed ? undefined : ends.reduce((worst, end) => Math.max(worst, end.exitCode ?? 0), 0),
    reason: reasonOf(ends),
    walltimeReached: ends.some(({ walltimeReached }) => walltimeReached) || undefined,
    preempted: ends.some(({ preempted }) => preempted) || undefined,
  });
}

/** The same by a scheduler's list, which has jobs for a while after their end. */
export function historyIn(listed: readonly JobStatus[], job: SubmittedJob): JobHistory | undefined {
  const records = listed.map(({ id, name, state, exitCode, reason, walltimeReached, preempted }): JobRecord => {
    const end = defined({ exitCode, reason, walltimeReached, preempted });
    return { id, name, end: state === "finished" ? end : undefined };
  });
  return historyOf(records, job);
}

function reasonOf(ends: readonly JobEnd[]): string | undefined {
  const failed = ends.filter(({ reason }) => reason !== undefined);
  if (failed.length === 0) return undefined;
  const shown = failed
    .slice(0, mostTasks)
    .map(({ task, reason }) => (task === undefined ? `${reason}` : `task ${task}: ${reason}`));
  if (failed.length > mostTasks) shown.push(`... and ${failed.length - mostTasks} more tasks`);
  return shown.join("\n");
}

/** "SIGKILL" for 9; undefined for a number that no signal has. */
export function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
