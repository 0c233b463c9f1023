import { defined } from "../defined.js";
import type { JobTimes } from "../job-times.js";
import { countsAsThere, type EngineFacts } from "./engines.js";
import type { JobFacts } from "./job-facts.js";
import { enginesIn, type SessionState } from "./session-state.js";

/** A clock may be this wrong before it is not believed. */
const slackMs = 60_000;

/**
 * The notebook job's times, by the scheduler. The job's own record stands in for a scheduler that
 * does not say. A time of the record is not believed where its host's clock must be wrong: before
 * the job was submitted, or in the future. Pure.
 *
 * @param now milliseconds since 1970.
 */
export function notebookTimes(
  { record, jobs, reports }: Pick<SessionState, "record" | "jobs" | "reports">,
  now: number,
): JobTimes {
  const { notebook } = reports;
  const told = notebook.state === "started" || notebook.state === "answering" ? notebook.startedAt : undefined;
  const start = Date.parse(told ?? "");
  const earliest = Date.parse(record?.startedAt ?? "") || 0;
  const isBelieved = start >= earliest - slackMs && start <= now + slackMs;
  const listed = jobs.notebook?.status?.startedAt;
  return timesFrom(listed ?? (isBelieved ? told : undefined), jobs.notebook?.record.walltime);
}

/**
 * Any other job's times, by the scheduler. For an array: those of the task that will end first.
 * Pure.
 */
export function jobTimes({ record, status }: JobFacts): JobTimes {
  const [first] = [status?.startedAt, ...(status?.tasks ?? []).map(({ startedAt }) => startedAt)]
    .flatMap((startedAt) => startedAt ?? [])
    .sort();
  return timesFrom(first, record.walltime);
}

/** The times of the engine that will end first. Pure. */
export function engineTimes(state: Pick<SessionState, "jobs" | "reports">): JobTimes {
  const all = enginesIn(state).filter(countsAsThere).map(timesOfEngine);
  const ending = all.filter(({ endsAt }) => endsAt !== undefined);
  const [first = {}] = (ending.length > 0 ? ending : all).sort((one, other) => keyOf(one) - keyOf(other));
  return first;
}

function timesOfEngine({ task, job }: EngineFacts): JobTimes {
  return timesFrom(task?.startedAt, job.record.walltime);
}

function keyOf({ endsAt, startedAt }: JobTimes): number {
  return Date.parse(endsAt ?? startedAt ?? "") || Number.POSITIVE_INFINITY;
}

function timesFrom(startedAt: string | undefined, walltimeSeconds: number | undefined): JobTimes {
  const start = Date.parse(startedAt ?? "");
  const hasBegun = !Number.isNaN(start);
  return defined({
    startedAt: hasBegun ? new Date(start).toISOString() : undefined,
    walltime: walltimeSeconds,
    endsAt:
      hasBegun && walltimeSeconds !== undefined ? new Date(start + walltimeSeconds * 1000).toISOString() : undefined,
  });
}
