import type { JobId, JobState, JobStatus } from "../scheduler.js";

/**
 * Why jobs wait or failed, for schedulers whose list does not say it: what they have said of each
 * job when they were asked, and how it stood then.
 */
export class KnownReasons {
  readonly #known = new Map<JobId, { readonly standing: string; readonly reason: string }>();

  /**
   * Each job in error, but only the first one that waits or is suspended: the rest usually wait for
   * the same reason.
   */
  unknownIn(jobs: readonly JobStatus[]): JobStatus[] {
    const silent = jobs.filter(({ id, reason }) => reason === undefined || reason === this.#known.get(id)?.reason);
    return [...new Set([...silent.filter(isInError), ...silent.filter(isWaiting).slice(0, 1)])];
  }

  learn(job: JobStatus, reason: string | undefined): void {
    if (reason !== undefined) this.#known.set(job.id, { standing: standingOf(job), reason });
  }

  addTo(jobs: readonly JobStatus[]): JobStatus[] {
    return jobs.map((job) => {
      const known = this.#known.get(job.id);
      return job.reason === undefined && known?.standing === standingOf(job) ? { ...job, reason: known.reason } : job;
    });
  }
}

function isInError(job: JobStatus): boolean {
  return statesIn(job).includes("error");
}

function isWaiting(job: JobStatus): boolean {
  return statesIn(job).some((state) => state === "queued" || state === "held" || state === "suspended");
}

/** An array whose last task has begun no longer waits, though it runs as before. */
function standingOf(job: JobStatus): string {
  return [job.state, isInError(job), isWaiting(job)].join();
}

function statesIn({ state, tasks = [] }: JobStatus): JobState[] {
  return [state, ...tasks.map((task) => task.state)];
}
