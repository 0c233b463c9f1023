import { overridden } from "./overridden.js";
import type { JobSpec, Scheduler } from "./scheduler.js";
import { expectNoRefusal, type Lacking } from "./scheduler-features.js";

/**
 * A scheduler as sessions use it: what is asked for that it lacks is refused in words, before
 * anything is submitted.
 */
export function supplement(scheduler: Scheduler, lacking: Lacking): Scheduler {
  if (!lacking.lacks?.length) return scheduler;
  const expected = (job: JobSpec): JobSpec => {
    expectNoRefusal(job, lacking);
    return job;
  };
  const { commands } = scheduler;
  return overridden(scheduler, {
    submit: async (job, signal) => scheduler.submit(expected(job), signal),
    render: (job) => scheduler.render(expected(job)),
    ...(commands ? { commands: { ...commands, submit: (job) => commands.submit(expected(job)) } } : {}),
  });
}
