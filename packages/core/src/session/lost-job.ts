import { defined } from "../defined.js";
import type { JobHistory, JobStatus } from "../scheduler.js";
import { formatDuration } from "../units.js";
import { endOf, isGone, isRequeued, type JobFacts } from "./job-facts.js";
import type { Loss } from "./session-state.js";
import type { ControllerReport, EndReport, NotebookReport, Role } from "./workload.js";

/**
 * A job is told to end at its walltime by a clock that began some seconds before its own program
 * did.
 */
const walltimeSlackSeconds = 10;

/**
 * Why a job does no more what it is there for; undefined while it does, or may come to it. Pure.
 */
export function lossOf(
  role: Role,
  job: JobFacts | undefined,
  report?: NotebookReport | ControllerReport,
): Loss | undefined {
  if (report?.state === "failed") {
    return { role, how: "lost", why: report.problem, ...defined({ hint: report.hint }) };
  }
  if (job && isRequeued(job)) return { role, how: "requeued", why: putBack };
  // A job that is told to stop says that it has ended; why it was told, the scheduler knows.
  const told = job && isGone(job) ? toldEnd(endOf(job)) : undefined;
  if (told) return { role, ...told };
  if (report?.state === "ended") return { role, ...ownEnd(report, job) };
  if (job?.status?.state === "error") return { role, how: "lost", why: gaveUp(job.status) };
  if (job && isGone(job)) return { role, how: "lost", why: describeEnd(job) };
  return undefined;
}

const putBack = "the scheduler has put it back into the queue, and its work is lost";

function toldEnd({ reason, walltimeReached, preempted }: JobHistory): Pick<Loss, "how" | "why"> | undefined {
  if (preempted) return { how: "preempted", why: reason ?? "the scheduler ended it to make room for others" };
  if (walltimeReached) return { how: "walltime", why: reason ?? "its walltime was reached" };
  return reason === undefined ? undefined : { how: "lost", why: reason };
}

function ownEnd({ seconds = 0, told }: EndReport, job: JobFacts | undefined): Pick<Loss, "how" | "why"> {
  // Not every scheduler's list tells a job that is to start again from one that has not begun.
  if (told && (job?.status?.state === "queued" || job?.status?.state === "held"))
    return { how: "requeued", why: putBack };
  const walltime = job?.record.walltime ?? Number.POSITIVE_INFINITY;
  if (told && seconds >= walltime - walltimeSlackSeconds)
    return { how: "walltime", why: `its walltime of ${formatDuration(walltime)} was reached` };
  if (told) return { how: "lost", why: "it was told to end, and not by `hpcnb down`" };
  return { how: told === false ? "finished" : "lost", why: "it has stopped by itself" };
}

function gaveUp({ native, reason }: JobStatus): string {
  return `the scheduler gave up on it (${native})${reason === undefined ? "" : `: ${reason}`}`;
}

function describeEnd(job: JobFacts): string {
  const { exitCode } = endOf(job);
  return exitCode === undefined
    ? "the scheduler no longer lists it, and does not tell how it ended"
    : `it has ended with exit code ${exitCode}`;
}
