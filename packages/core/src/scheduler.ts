/**
 * The id that the scheduler gave a job, as it prints it. An array job has one id for all its tasks.
 */
export type JobId = string;

/**
 * What a job or a task is doing, in words that hold for every scheduler.
 *
 * queued: waits for its turn · held: waits until somebody releases it · starting: given to a host,
 * its program may not run yet · running · suspended · error: the scheduler gave up on it but still
 * lists it, and it needs a person · finished: over, whatever its exit code · unknown: the
 * scheduler's word for it was not understood, or it gave none.
 */
export type JobState = "queued" | "held" | "starting" | "running" | "suspended" | "error" | "finished" | "unknown";

/** What a job needs. The units are those of the session file, which is where they come from. */
export interface JobResources {
  readonly cores?: number;
  /** Bytes. */
  readonly memory?: number;
  /** Schedulers count a walltime in whole seconds, and so does this. */
  readonly walltimeSeconds?: number;
  readonly queue?: string;
  /** What only this scheduler has, valid by the `resourcesSchema` of its plugin. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Further arguments for the scheduler's own submit command, as they are. */
  readonly native?: readonly string[];
}

export interface JobSpec {
  /** Any text of one line. An adapter makes of it what its scheduler allows, see `nameOf`. */
  readonly name: string;
  /** A whole program text beginning with `#!`. Other users may be able to read it: no secrets. */
  readonly script: string;
  /** Absolute. */
  readonly workingDirectory: string;
  /**
   * Absolute path of the file that receives stdout and stderr together; its directory exists.
   * In an array job `{task}` stands for the number of the task.
   */
  readonly output: string;
  readonly resources: JobResources;
  /** Makes the job an array of this many tasks, numbered from 1. */
  readonly tasks?: number;
  /**
   * For an array: how many of its tasks may run at the same time. Default: as many as the scheduler
   * lets run.
   */
  readonly tasksAtOnce?: number;
}

/** First and last task number, both included. */
export interface TaskRange {
  readonly first: number;
  readonly last: number;
}

/** What to end: a job with all its tasks, or some tasks of an array. */
export type CancelTarget = JobId | { readonly id: JobId; readonly tasks: readonly TaskRange[] };

/** How a job or a task ended, as far as the scheduler tells. */
export interface JobHistory {
  /** The worst one of an array; undefined if a signal or the scheduler ended it. */
  readonly exitCode?: number;
  /** In the scheduler's words. */
  readonly reason?: string;
  /** The scheduler ended it because its walltime was reached. */
  readonly walltimeReached?: boolean;
  /** The scheduler ended it to make room for others. */
  readonly preempted?: boolean;
}

/**
 * How a job, or some of its tasks, stands. How it ended is told only of the state "finished".
 */
interface Standing extends JobHistory {
  /** For an array: "running" as soon as one of its tasks runs. */
  readonly state: JobState;
  /** The scheduler's own word or letters, such as "qw". */
  readonly native: string;
  /** Where it runs, once it does. */
  readonly host?: string;
  /**
   * When it began to run, where the status question tells: ISO 8601 in UTC, by the scheduler's
   * clock.
   */
  readonly startedAt?: string;
  /**
   * The scheduler has put it back into the queue, to start it again from its beginning, or has
   * started it again.
   */
  readonly requeued?: boolean;
  /**
   * Why it waits, failed or ended, where the status question tells. `explain` may know more of a
   * job that waits or failed, `history` of one that ended.
   */
  readonly reason?: string;
}

/**
 * A run of tasks in the same state. Tasks that began at different times are not in the same state.
 */
export interface TaskStatus extends TaskRange, Standing {}

/**
 * A job that the scheduler lists. It may list a job for a while after its end, as "finished": that
 * is believed at once, and how it ended is told here, or by `history`, or by both.
 */
export interface JobStatus extends Standing {
  readonly id: JobId;
  /** As the scheduler reports it: `nameOf(spec.name)`. */
  readonly name: string;
  /**
   * For an array: all tasks that the scheduler lists, ascending, none twice. Tasks it no longer
   * lists are left out.
   */
  readonly tasks?: readonly TaskStatus[];
}

/**
 * A job as it was submitted. Schedulers give numbers again after a while, so that the id alone may
 * mean another job.
 */
export interface SubmittedJob {
  readonly id: JobId;
  /** `nameOf` the name that it was submitted with. */
  readonly name: string;
}

export interface Command {
  readonly argv: readonly string[];
  readonly stdin?: string;
  /**
   * What people are shown in place of `argv`, where that is a wrapper around the scheduler's
   * command: the last words of `argv`.
   */
  readonly shown?: readonly string[];
}

/**
 * What `submit` and `cancel` run, as plain data that a program without this adapter can use later.
 * Pure.
 *
 * That program may then put other texts in the place of a job's name, script and paths, of its
 * number of tasks and of a job's id, wherever they stand in a command: so each of them stands there
 * as it was given, the name as `nameOf` makes it.
 */
export interface JobCommands {
  submit(job: JobSpec): Command;
  cancel(ids: readonly JobId[]): Command;
  /**
   * A regular expression, in JavaScript and in Python: its first group is the id, in the last line
   * of the answer to `submit` that it matches.
   */
  readonly idPattern: string;
}

/**
 * A scheduler, behind the few questions that hpcnb has for it. An adapter is this and nothing else.
 * The conformance suite in `@hpcnb/core/testing` holds every sentence below against the real thing.
 *
 * All methods may be called concurrently. A method whose signal aborts rejects with HPCNB_ABORTED;
 * the scheduler may have carried out the request nevertheless.
 */
export interface Scheduler {
  /**
   * True when jobs run on the host that submits them, so that what is missing there is missing for
   * the job.
   */
  readonly runsOnHost: boolean;

  /**
   * Exit codes that tell the scheduler more than that a job has failed, such as to run it again.
   * hpcnb's jobs end with 1 instead. Default: none.
   */
  readonly reservedExitCodes?: readonly number[];

  /** The shell variable that holds the number of an array task inside the task. */
  readonly taskVariable: string;

  /**
   * Tasks of the largest array that it takes. hpcnb makes several arrays of more. Default: it has
   * no limit of its own.
   */
  readonly largestArray?: number;

  /**
   * Which of `resources.options` ask for an amount of what computing uses up, such as GPUs: a
   * controller, which does not compute, asks for none. Default: none of them.
   */
  readonly countedOptions?: readonly string[];

  /**
   * How a job hands further jobs to the scheduler from the host that it runs on, as a notebook does
   * that starts a cluster. Left out where a job cannot.
   */
  readonly commands?: JobCommands;

  /**
   * The name under which `status` will list a job that was submitted with this name. Pure.
   *
   * The end of a name tells a session's jobs apart, so a name that is too long loses its beginning:
   * letters, digits and `-` among the last 40 characters stay as they are, for names of up to 200.
   * What it gives comes back unchanged when it is given again.
   */
  nameOf(name: string): string;

  /**
   * Hands a job to the scheduler.
   *
   * Success means that the scheduler has accepted it and that `status` lists it from now on until
   * it ends.
   * @throws HPCNB_SUBMIT_REJECTED in the scheduler's own words: nothing was submitted, and the same
   *   job will be rejected again unless `transient` (a limit that may clear).
   *   HPCNB_SCHEDULER_UNREACHABLE: no answer came, and the job may or may not have been accepted;
   *   look for its name with `status` before trying again.
   */
  submit(job: JobSpec, signal?: AbortSignal): Promise<JobId>;

  /**
   * All jobs of this user that the scheduler lists, with one question. A job that is absent from an
   * answer has ended, or was never there, or the answer was incomplete in a way that could not be
   * seen: the caller decides (see `advance` in the session's life cycle).
   *
   * @throws HPCNB_SCHEDULER_UNREACHABLE or HPCNB_SCHEDULER_ANSWER when there is no full answer.
   *   Nothing is known then: unknown is not gone.
   */
  status(signal?: AbortSignal): Promise<JobStatus[]>;

  /**
   * Asks the scheduler to end jobs, queued or running, with all their tasks, or single tasks of
   * arrays. Resolves once it has taken the request in; what it ends may still be listed for a
   * while. A job or a task that is not there (any more) is no error.
   */
  cancel(targets: readonly CancelTarget[], signal?: AbortSignal): Promise<void>;

  /**
   * Why a job waits or failed, in the scheduler's words, one reason a line; undefined when it says
   * nothing or knows no such job.
   */
  explain(id: JobId, signal?: AbortSignal): Promise<string | undefined>;

  /**
   * How a job ended; undefined while it has not, when the scheduler keeps no record (or not yet),
   * and when the record under its id is of a job of another name, or of a try after which the
   * scheduler starts the job again: such a job is listed as waiting. For an array, some of whose
   * tasks may still wait or run, it may tell about those that have ended. It explains the end of a
   * job that `status` no longer lists as going on, and proves none.
   */
  history(job: SubmittedJob, signal?: AbortSignal): Promise<JobHistory | undefined>;

  /**
   * What `submit` would send with the job's script, for people to read: a shell would read every
   * word of the scheduler's command from it. `renderCommand` makes it of one. Pure.
   */
  render(job: JobSpec): string;

  dispose?(): Promise<void>;
}
