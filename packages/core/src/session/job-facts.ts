import type { JobHistory, JobStatus } from "../scheduler.js";
import type { JobRecord } from "./session-record.js";

/** What is known of one job. */
export interface JobFacts {
  readonly record: JobRecord;
  /** The scheduler's last word on it, and what it had said before. */
  readonly status?: JobStatus;
  readonly before?: JobStatus;
  /** How many full answers in a row have not listed it. */
  readonly absences: number;
  readonly history?: JobHistory;
}

export interface SessionJobs {
  readonly notebook?: JobFacts;
  /** Undefined also while the controller runs inside the notebook job. */
  readonly controller?: JobFacts;
  readonly engines: readonly JobFacts[];
}

export function jobsIn({ notebook, controller, engines }: SessionJobs): JobFacts[] {
  return [...(notebook ? [notebook] : []), ...(controller ? [controller] : []), ...engines];
}

/**
 * After so many full answers in a row without it a job is believed gone; a single answer may have
 * been incomplete.
 */
export const absencesBelieved = 2;

/**
 * Between two such answers. After a submission without an answer, which may still be carried out,
 * more; of jobs that were listed and whose cancelling the scheduler has taken in, less: that they
 * go is what was asked for.
 */
export const secondLookMs = { afterCancel: 100, usual: 500, afterNoAnswer: 5_000 };

/**
 * Gone for certain: full answer after full answer did not list it, or one did not and the
 * scheduler's history has its end. History alone is not believed: its record may be of an earlier
 * try, and a job that is listed is there.
 */
export function isGone(job: JobFacts): boolean {
  if (job.status?.state === "finished" || job.absences >= absencesBelieved) return true;
  return job.absences > 0 && job.history !== undefined;
}

/**
 * Whether the scheduler means to start it again, or has done so. Its secrets, its records and what
 * others know of it are those of a start that is over, so a session does not wait for it. Engines
 * come again by themselves.
 */
export function isRequeued({ record, status }: JobFacts): boolean {
  return status?.requeued === true && record.role !== "engines";
}

/** How a job ended, by the scheduler's list and by its history, which knows more. */
export function endOf({
  status,
  history,
}: {
  readonly status?: JobStatus | undefined;
  readonly history?: JobHistory | undefined;
}): JobHistory {
  return { ...(status?.state === "finished" ? status : {}), ...history };
}

/** A scheduler gives its numbers again after a while, so the name must be the job's too. */
export function isSameJob({ id, name }: Pick<JobRecord, "id" | "name">, listed: JobStatus): boolean {
  return listed.id === id && listed.name === name;
}
