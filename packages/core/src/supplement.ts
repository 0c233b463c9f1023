import { arraysOfJobs } from "./arrays-of-jobs.js";
import { defined } from "./defined.js";
import { overridden } from "./overridden.js";
import type { JobSpec, Scheduler } from "./scheduler.js";
import { expectNoRefusal, type Lacking } from "./scheduler-features.js";

/**
 * A scheduler as sessions use it: what it lacks is made up for where that can be, and refused in
 * words where it cannot, before anything is submitted.
 */
export function supplement(scheduler: Scheduler, lacking: Lacking): Scheduler {
  if (!lacking.lacks?.length) return scheduler;
  const expected = (job: JobSpec): JobSpec => {
    expectNoRefusal(job, lacking);
    return job;
  };
  const whole = lacking.lacks.includes("arrays") ? arraysOfJobs(scheduler) : scheduler;
  const { commands } = whole;
  return overridden(whole, {
    submit: async (job, signal) => whole.submit(expected(job), signal),
    render: (job) => whole.render(expected(job)),
    ...defined({ commands: commands && { ...commands, submit: (job: JobSpec) => commands.submit(expected(job)) } }),
  });
}
