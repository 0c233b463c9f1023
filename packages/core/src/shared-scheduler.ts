import { aborted } from "./clock.js";
import { overridden } from "./overridden.js";
import type { JobStatus, Scheduler } from "./scheduler.js";

interface Question {
  readonly answer: Promise<JobStatus[]>;
  readonly ending: AbortController;
  askers: number;
}

/**
 * The same scheduler for all sessions of a site. An answer about all jobs of the user also serves
 * whoever else asks before it is there. A question is ended when all who asked it have gone.
 */
export function sharedScheduler(scheduler: Scheduler): Scheduler {
  let running: Question | undefined;

  function begin(): Question {
    const ending = new AbortController();
    const answer = scheduler.status(ending.signal).finally(() => {
      if (running?.ending === ending) running = undefined;
    });
    return { answer, ending, askers: 0 };
  }

  async function status(signal?: AbortSignal): Promise<JobStatus[]> {
    running ??= begin();
    const question = running;
    question.askers += 1;
    const leave = () => {
      question.askers -= 1;
      if (question.askers > 0) return;
      if (running === question) running = undefined;
      question.ending.abort(signal?.reason);
    };
    if (!signal) return question.answer;
    let onAbort = () => {};
    const left = new Promise<never>((_, reject) => {
      onAbort = () => {
        leave();
        reject(aborted(signal));
      };
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([question.answer, left]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      // Whichever loses the race is of no interest any more.
      question.answer.catch(() => {});
      left.catch(() => {});
    }
  }

  return overridden(scheduler, { status });
}
