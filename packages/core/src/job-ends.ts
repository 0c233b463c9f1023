import { constants } from "node:os";
import { defined } from "./defined.js";
import type { JobHistory } from "./scheduler.js";

/** How a job ended, or one task or several of an array. */
export interface JobEnd extends JobHistory {
  /** As people read it, such as "3" or "5-9"; left out for a job that is no array. */
  readonly task?: string | undefined;
}

/** More tasks than these are counted only. */
const mostTasks = 5;

/**
 * The history of a whole job: the worst exit code, the reasons of the tasks that have one, and that
 * a walltime was reached or one had to make room, if so. Undefined where nothing has ended.
 */
export function historyOf(ends: readonly JobEnd[]): JobHistory | undefined {
  if (ends.length === 0) return undefined;
  const reason = reasonOf(ends);
  const killed = ends.some((end) => end.exitCode === undefined);
  return {
    ...(killed ? {} : { exitCode: ends.reduce((worst, end) => Math.max(worst, end.exitCode ?? 0), 0) }),
    ...defined({ reason }),
    ...(ends.some(({ walltimeReached }) => walltimeReached) ? { walltimeReached: true } : {}),
    ...(ends.some(({ preempted }) => preempted) ? { preempted: true } : {}),
  };
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
