import type { HpcnbError } from "./errors.js";
import type { JobRecord } from "./job-ends.js";
import type { CancelTarget, Command, JobId, JobSpec, JobStatus, Scheduler, SubmittedJob } from "./scheduler.js";
import type { SiteCommand } from "./site-command.js";

/** Facts about a scheduler that no command has to tell: see `Scheduler`. */
type Facts = Pick<Scheduler, "runsOnHost" | "reservedExitCodes" | "taskVariable" | "largestArray" | "countedOptions">;

/**
 * All that differs between schedulers that are driven by commands: what to run, and what the output
 * means.
 *
 * Every function is pure. A parser gets the standard output of a command that succeeded, and
 * `failures` tells core the meaning of one that failed. For a text that it does not understand, a
 * parser throws HPCNB_SCHEDULER_ANSWER. A state that it does not know is "unknown", never an error.
 */
export interface SchedulerDialect extends Facts {
  /** The name that people know the scheduler by. Messages begin with it. */
  readonly title: string;
  readonly failures?: FailureWords;
  /** How its commands are run at a site. Default: just as they are. */
  readonly site?: SiteCommand;
  /** Given where a job may submit others from its host: see `JobCommands`. */
  readonly idPattern?: string;
  /** See `Scheduler.nameOf`. Default: `plainName`. */
  nameOf?(name: string): string;

  /** The job's name is as `nameOf` makes it, and an array has a task at least. */
  submit(job: JobSpec): Command;
  /**
   * Undefined where the text has no id: then nobody knows whether the job was taken. Default: the
   * first group of `idPattern` in the last line that it matches, or the last line of one word.
   */
  parseSubmit?(text: string, job: JobSpec): JobId | UnwantedJob | undefined;

  status(): Command;
  parseStatus(text: string): JobStatus[];

  cancel(targets: readonly CancelTarget[]): Command;
  /** Given where the command may succeed and say that the request was not taken in: throws then. */
  parseCancel?(text: string): void;

  /** Why a job waits or failed. Default: the `reason` that the status question tells of it. */
  explain?(id: JobId): Command;
  /** Each reason is shown once. None where there is none. */
  parseExplain?(text: string, id: JobId): readonly string[];

  /** How a job ended. Default: what the status question tells of it while it is "finished". */
  history?(job: SubmittedJob): Command;
  /**
   * All records in the text, of whatever job, in their order: those of this job are picked out
   * afterwards. The command may have failed behind what it printed.
   */
  parseHistory?(text: string, job: SubmittedJob): readonly JobRecord[];

  /** Given where `submit` would not tell people what they need to know. */
  render?(job: JobSpec): string;
}

/**
 * A scheduler's commands tell in these words why they failed. Core looks for them in each line, on
 * both streams. `submit` that fails in other words has rejected the job. Another command that
 * does so gave no answer.
 */
export interface FailureWords {
  /** All commands say it where the scheduler gave them no answer. */
  readonly unreachable?: RegExp;
  /** The exit code that says the same. */
  readonly unreachableCode?: number;
  /** The user can do this where the commands are not found. */
  readonly notFoundHint?: string;
  /** There is no such job (any more). */
  readonly noSuchJob?: RegExp;
  /** `cancel` says this, too, of jobs that are gone or that it ends. */
  readonly cancelled?: RegExp;
  /** The reason of a rejection in its lines. Default: all of them. */
  reasonIn?(lines: readonly string[]): string;
  /**
   * A limit on the number of jobs, which clears when some have ended. The reason is followed by the
   * command and its code: "(sub, exit code 25)".
   */
  readonly limit?: RegExp;
  /**
   * The user can do this about a rejection, by a regular expression for its reason: the first that
   * fits, whatever its case, counts.
   */
  readonly hints?: Readonly<Record<string, string>>;
}

/**
 * A job that the scheduler accepted and changed into another than was asked for, by defaults of its
 * site or its user: it is cancelled, and then its submission fails with the error, which is
 * HPCNB_SUBMIT_REJECTED.
 */
export interface UnwantedJob {
  readonly id: JobId;
  readonly error: HpcnbError;
}
