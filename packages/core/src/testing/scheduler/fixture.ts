import type { Host } from "../../host.js";
import type { JobId, JobSpec, Scheduler } from "../../scheduler.js";
import type { SchedulerFeature } from "../../scheduler-features.js";
import type { WaitUntil } from "../wait-until.js";

/**
 * What an adapter may be unable to do, or its test set-up unable to bring about. All are on unless
 * set to false.
 *
 * realJobs: scripts really run, and their output can be read through the fixture's `host` ·
 * history: the scheduler tells how a job ended · explain: it gives a reason for a job that waits ·
 * occupy: a job can be made to wait, see `occupy` · hold: a job can be submitted held, see
 * `heldJob` · rejection: the scheduler refuses some job, see `rejectedJob` · outage: it can be made
 * unreachable, see `breakAnswers` · commands: it is driven by commands, see `sent` · walltime: it
 * ends a job that runs too long · suspend, requeue, preempt: it does that to jobs, and here it can
 * be made to.
 */
export type Capability =
  | "realJobs"
  | "history"
  | "explain"
  | "occupy"
  | "hold"
  | "rejection"
  | "outage"
  | "commands"
  | "walltime"
  | "suspend"
  | "requeue"
  | "preempt";

export type Capabilities = Readonly<Partial<Record<Capability, boolean>>>;

/** One scheduler to try out, and what the suite needs to see and to do around it. */
export interface SchedulerFixture {
  readonly scheduler: Scheduler;
  readonly waitUntil: WaitUntil;
  /**
   * Absolute, on the submit node and wherever jobs run. It exists, is empty, and belongs to this
   * fixture alone.
   */
  readonly directory: string;
  /** An id of the right form that no job has ever had. */
  readonly unknownId: JobId;

  /** realJobs: the submit node, to prepare directories and to read what jobs wrote. */
  readonly host?: Host;
  /**
   * occupy: makes every job that is submitted or put back into the queue from now on wait for its
   * turn, until the function it gives is called.
   */
  occupy?(): Promise<() => Promise<void>>;
  /** hold: the same job, to be held until somebody releases it. */
  heldJob?(job: JobSpec): JobSpec;
  /** suspend: suspends a running job, until the function it gives is called. */
  suspend?(id: JobId): Promise<() => Promise<void>>;
  /** requeue: the same job, so that the scheduler may start it again. */
  requeueableJob?(job: JobSpec): JobSpec;
  /** requeue: takes a running job from its host and puts it back into the queue. */
  requeue?(id: JobId): Promise<void>;
  /** preempt: the same job, so that the scheduler may end it. Default: it may end any. */
  preemptibleJob?(job: JobSpec): JobSpec;
  /** preempt: lets the scheduler end a running job to make room for others. */
  preempt?(id: JobId): Promise<void>;
  /** rejection: the same job, changed so that the scheduler refuses it. */
  rejectedJob?(job: JobSpec): JobSpec;
  /**
   * outage: lets no answer come from the scheduler, until the function it gives is called. Jobs go
   * on.
   */
  breakAnswers?(): Promise<() => Promise<void>>;
  /** commands: every word and text that the last `submit` sent; `recordingHost` keeps it. */
  sent?(): readonly string[];

  /** Called after each test, when its jobs are gone. */
  dispose(): Promise<void>;
}

export interface SchedulerConformanceOptions {
  /** For the report: the scheduler's name and, where known, its version. */
  readonly name: string;
  /** Called for each test. Set up what is expensive (a cluster, a connection) once, outside. */
  create(): Promise<SchedulerFixture>;
  readonly capabilities?: Capabilities;
  /** What the plugin says that its scheduler lacks. */
  readonly lacks?: readonly SchedulerFeature[] | undefined;
  /** The shortest walltime that the scheduler enforces. Default 1. */
  readonly shortestWalltimeSeconds?: number;
}
