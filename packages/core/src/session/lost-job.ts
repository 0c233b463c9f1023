import { defined } from "../defined.js";
import type { JobStatus } from "../scheduler.js";
import { formatDuration } from "../units.js";
import { isGone, type JobFacts } from "./job-facts.js";
import type { Loss } from "./life-cycle.js";
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
  // A job that is told to stop says that it has ended; why it was told, the scheduler knows.
  if (job?.history?.reason && isGone(job))
    return { role, how: job.history.walltimeReached ? "walltime" : "lost", why: job.history.reason };
  if (report?.state === "ended") return { role, ...endOf(report, job) };
  if (job?.status?.state === "error") return { role, how: "lost", why: gaveUp(job.status) };
  if (job && isGone(job)) return { role, how: "lost", why: describeEnd(job) };
  return undefined;
}

function endOf({ seconds = 0, told }: EndReport, job: JobFacts | undefined): Pick<Loss, "how" | "why"> {
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
  const exitCode = job.history?.exitCode ?? job.status?.exitCode;
  return exitCode === undefined
    ? "the scheduler no longer lists it, and does not tell how it ended"
    : `it has ended with exit code ${exitCode}`;
}
