import type { Clock, HpcnbError, JobId, JobSpec } from "@hpcnb/core";
import type { Job, Task } from "./job.js";
import type { Line } from "./line.js";
import { rejected } from "./rejections.js";
import type { Simulation, Start } from "./simulation.js";

/**
 * What tests do to a simulated scheduler that no user of it can. All of it takes effect at the
 * clock's present moment.
 */
export interface MockControl {
  /** Every job that was ever accepted, in the order of submission. */
  readonly jobs: readonly { readonly id: JobId; readonly spec: JobSpec }[];
  /** How often each question was asked, answered or not. */
  readonly requests: Readonly<Record<Request, number>>;

  /** Ends a job, or one task of it, as if its program had ended. */
  finish(id: JobId, exitCode?: number, task?: number): void;
  /** Puts a job, or one task of it, into the state error. */
  fail(id: JobId, reason: string, task?: number): void;
  /** Lets a job end and be forgotten: not listed, and no history. */
  vanish(id: JobId): void;
  /**
   * Leaves a job out of this many status answers, which is what an incomplete answer looks like.
   */
  omit(id: JobId, answers: number): void;
  /** Lets a running job wait where it is, until `resume`. */
  suspend(id: JobId): void;
  resume(id: JobId): void;
  /** Takes a running job from its host and puts it back into the queue. */
  requeue(id: JobId): void;
  /** Ends a job to make room for others. */
  preempt(id: JobId): void;
  hold(id: JobId): void;
  release(id: JobId): void;

  /** Gives this many slots to other people. */
  setBusy(slots: number): void;
  /** Rejects the next submission. */
  rejectNext(reason: string, options?: { readonly transient?: boolean }): void;
  /**
   * Loses the next answers, or all with Infinity. The requests are carried out unless told
   * otherwise.
   */
  loseAnswers(answers: number, options?: { readonly carriedOut?: boolean }): void;
  /** Seconds that each answer takes from now on. */
  slowAnswers(seconds: number): void;

  /**
   * Calls `listener` whenever a program begins to run, in the order of simulated time. That is
   * found out when the scheduler is asked something; `catchUp` finds it out without asking.
   */
  onStart(listener: (start: Start) => void): void;
  /** Brings the simulation to the clock's present moment. */
  catchUp(): void;
}

export type Request = "submit" | "status" | "cancel" | "explain" | "history";

/** What the control has changed about answers still to come. */
export interface Orders {
  rejection: HpcnbError | undefined;
  readonly omitted: Map<JobId, number>;
  readonly requests: Record<Request, number>;
}

interface Parts {
  readonly clock: Clock;
  readonly simulation: Simulation;
  readonly line: Line;
  readonly orders: Orders;
}

export function createControl({ clock, simulation, line, orders }: Parts): MockControl {
  const catchUp = () => simulation.catchUp(clock.now());

  /** The job as it is now; a test that names one that never was is wrong. */
  function jobOf(id: JobId): Job {
    catchUp();
    const job = simulation.jobs.get(id);
    if (!job) throw new RangeError(`The simulation has no job ${id}.`);
    return job;
  }

  /** The last first, so that no task gets the slots of one before it just to be ended itself. */
  function tasksOf(job: Job, number?: number): readonly Task[] {
    const tasks = number === undefined ? job.tasks.toReversed() : job.tasks.slice(number - 1, number);
    if (tasks.length === 0) throw new RangeError(`Job ${job.id} has no task ${number}.`);
    return tasks;
  }

  return {
    get jobs() {
      return [...simulation.jobs.values()].map(({ id, spec }) => ({ id, spec }));
    },
    requests: orders.requests,

    finish: (id, exitCode = 0, number) => {
      const job = jobOf(id);
      for (const task of tasksOf(job, number)) simulation.end(job, task, { exitCode });
    },
    fail: (id, reason, number) => {
      const job = jobOf(id);
      for (const task of tasksOf(job, number)) simulation.fail(job, task, reason);
    },
    vanish: (id) => {
      const job = jobOf(id);
      job.vanished = true;
      for (const task of tasksOf(job)) simulation.end(job, task, {});
    },
    omit: (id, answers) => {
      orders.omitted.set(jobOf(id).id, answers);
    },
    suspend: (id) => simulation.setSuspended(jobOf(id), true),
    resume: (id) => simulation.setSuspended(jobOf(id), false),
    requeue: (id) => simulation.requeue(jobOf(id)),
    preempt: (id) => {
      const job = jobOf(id);
      const how = { reason: "it had to make room for other jobs", preempted: true };
      for (const task of tasksOf(job)) simulation.end(job, task, how);
    },
    hold: (id) => simulation.setHeld(jobOf(id), true),
    release: (id) => simulation.setHeld(jobOf(id), false),

    setBusy: (slots) => {
      catchUp();
      simulation.setBusy(slots);
    },
    rejectNext: (reason, { transient = false } = {}) => {
      orders.rejection = rejected(reason, transient);
    },
    loseAnswers: (answers, { carriedOut = true } = {}) => line.lose(answers, carriedOut),
    slowAnswers: (seconds) => {
      line.slownessSeconds = seconds;
    },

    onStart: (listener) => {
      simulation.onStart = listener;
    },
    catchUp,
  };
}
