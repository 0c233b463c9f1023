import { expectSuccess } from "./command.js";
import { defined } from "./defined.js";
import { HpcnbError, isHpcnbError } from "./errors.js";
import type { CommandResult, Host } from "./host.js";
import { renderCommand } from "./render-command.js";
import type {
  CancelTarget,
  Command,
  JobHistory,
  JobId,
  JobSpec,
  JobStatus,
  Scheduler,
  SubmittedJob,
} from "./scheduler.js";
import { checkTasks } from "./task-runs.js";

/**
 * All that differs between schedulers that are driven by commands: what to run, and what the output
 * means.
 *
 * Every function is pure. A parser gets whatever the command printed, with any exit code, and
 * either returns what it means or throws: HPCNB_SUBMIT_REJECTED from `parseSubmit`,
 * HPCNB_SCHEDULER_ANSWER or HPCNB_SCHEDULER_UNREACHABLE from all. A state that it does not know is
 * "unknown", never an error. The `argv` of a parser's result is what people are shown, where the
 * command has `shown`.
 */
export interface SchedulerDialect {
  readonly runsOnHost: boolean;
  /** See `Scheduler.reservedExitCodes`. */
  readonly reservedExitCodes?: readonly number[];
  readonly taskVariable: string;
  /** See `Scheduler.largestArray`. */
  readonly largestArray?: number;
  /** Given where a job may submit others from its host: see `JobCommands`. */
  readonly idPattern?: string;
  /** See `Scheduler.nameOf`. */
  nameOf(name: string): string;

  /** An array has a task at least: that is checked before. */
  submit(job: JobSpec): Command;
  parseSubmit(result: CommandResult, job: JobSpec): JobId | UnwantedJob;

  status(): Command;
  parseStatus(result: CommandResult): JobStatus[];

  cancel(targets: readonly CancelTarget[]): Command;
  /**
   * Throws if the request was not taken in; a job or a task that is no longer there is no error.
   */
  parseCancel(result: CommandResult): void;

  explain(id: JobId): Command;
  parseExplain(result: CommandResult, id: JobId): string | undefined;

  history(job: SubmittedJob): Command;
  /** Undefined also when the answer speaks of another job, see `Scheduler.history`. */
  parseHistory(result: CommandResult, job: SubmittedJob): JobHistory | undefined;

  /** Given where `submit` would not tell people what they need to know. */
  render?(job: JobSpec): string;
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

/** A busy scheduler may take its time, but none that is alive takes longer. */
const commandTimeoutMs = 60_000;

/**
 * The one place where scheduler commands are run, limited in time, and their failures told apart.
 */
export function createCommandScheduler(host: Host, dialect: SchedulerDialect): Scheduler {
  async function ask(command: Command, what: string, signal?: AbortSignal): Promise<CommandResult> {
    try {
      const result = await host.run(command.argv, {
        timeoutMs: commandTimeoutMs,
        signal,
        shown: command.shown,
        ...defined({ stdin: command.stdin }),
      });
      return command.shown === undefined ? result : { ...result, argv: command.shown };
    } catch (error) {
      // The way to the scheduler failed, and its own words say more than ours could.
      if (isHpcnbError(error, "HPCNB_ABORTED") || isHpcnbError(error, "HPCNB_SSH")) throw error;
      // A program that is not there will not be there next time either.
      const cannotStart = isHpcnbError(error, "HPCNB_COMMAND_FAILED");
      throw new HpcnbError(
        "HPCNB_SCHEDULER_UNREACHABLE",
        cannotStart
          ? `${what} on ${host.name}: ${error.message}`
          : `${what} on ${host.name}: no answer from the scheduler.`,
        { cause: error, transient: !cannotStart },
      );
    }
  }

  const { idPattern, largestArray, cancel } = dialect;
  const submit = (job: JobSpec) => {
    checkTasks(job);
    return dialect.submit(job);
  };
  return {
    runsOnHost: dialect.runsOnHost,
    ...defined({ reservedExitCodes: dialect.reservedExitCodes }),
    taskVariable: dialect.taskVariable,
    ...defined({ largestArray }),
    ...(idPattern === undefined ? {} : { commands: { submit, cancel, idPattern } }),
    nameOf: dialect.nameOf,
    render: (job) => dialect.render?.(job) ?? renderCommand(submit(job)),

    submit: async (job, signal) => {
      const accepted = dialect.parseSubmit(await ask(submit(job), `Submitting ${job.name}`, signal), job);
      if (typeof accepted === "string") return accepted;
      dialect.parseCancel(await ask(dialect.cancel([accepted.id]), `Cancelling ${accepted.id}`, signal));
      throw accepted.error;
    },
    status: async (signal) => dialect.parseStatus(await ask(dialect.status(), "Asking for jobs", signal)),
    cancel: async (targets, signal) => {
      const some = targets.filter((target) => typeof target === "string" || target.tasks.length > 0);
      if (some.length === 0) return;
      const what = some.map((target) => (typeof target === "string" ? target : `tasks of ${target.id}`)).join(", ");
      dialect.parseCancel(await ask(dialect.cancel(some), `Cancelling ${what}`, signal));
    },
    explain: async (id, signal) =>
      dialect.parseExplain(await ask(dialect.explain(id), `Asking about job ${id}`, signal), id),
    history: async (job, signal) =>
      dialect.parseHistory(await ask(dialect.history(job), `Asking how job ${job.id} ended`, signal), job),
  };
}

/** For dialects: a scheduler command that failed without saying anything more precise. */
export function expectAnswer(result: CommandResult, what: string): CommandResult {
  return expectSuccess(result, what, {
    code: "HPCNB_SCHEDULER_UNREACHABLE",
    transient: true,
    hint: "Your jobs are not affected. Try again later; if it keeps failing, run the scheduler command above on its host.",
  });
}
