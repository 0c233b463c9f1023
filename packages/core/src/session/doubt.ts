import { lengthOf } from "../task-ranges.js";
import type { EngineFacts } from "./engines.js";
import { isGone, type JobFacts } from "./job-facts.js";
import { enginesIn, jobsThatCount, type SessionState } from "./session-state.js";

/** Whether a single answer says of a job what is believed only of two. Pure. */
export function isDoubtful(state: SessionState): boolean {
  const engines = enginesIn(state);
  return (
    jobsThatCount(state).some((job) => job.absences > 0 && !isGone(job)) || state.jobs.engines.some(lacksTasks(engines))
  );
}

/** Tasks that the first answer does not list have ended, or it was incomplete. */
function lacksTasks(engines: readonly EngineFacts[]): (job: JobFacts) => boolean {
  return ({ record, status, before }) => {
    if (!status || before) return false;
    const listed = (status.tasks ?? []).reduce((sum, range) => sum + lengthOf(range), 0);
    return listed < engines.filter(({ job }) => job.record.name === record.name).length;
  };
}
