import { isGone, type JobFacts, jobsIn, type SessionState } from "@hpcnb/core/session";
import { countTasks, type Step } from "./steps.js";

/** The jobs of a session that is being ended, each done when the scheduler has agreed. Pure. */
export function endStepsOf({ record, jobs, trouble, stopping }: SessionState): Step[] {
  if (!record || record.ended || !stopping) return [];
  const steps = jobsIn(jobs).map(endOf);
  return trouble === undefined ? steps : [{ name: "trouble", done: false, text: `${trouble}; trying again` }, ...steps];
}

/** All jobs of it have ended, whatever was seen of each. Pure. */
export function endedStepsOf(state: SessionState): Step[] {
  return endStepsOf({ ...state, stopping: true }).flatMap((step) =>
    step.name === "trouble"
      ? []
      : [{ ...step, done: true, text: step.text.replace(/ is being ended.*$/, " has ended") }],
  );
}

function endOf(job: JobFacts): Step {
  const { role, id, array } = job.record;
  const what = `job ${id ?? "without a number"}${array ? ` (${countTasks(array)})` : ""}`;
  const done = isGone(job);
  const state = job.status && !done ? ` (${job.status.native})` : "";
  return {
    id: job.record.name,
    name: array?.group ?? role,
    done,
    text: `${what} ${done ? "has ended" : `is being ended${state}`}`,
  };
}
