import { defined } from "./defined.js";
import type { SchedulerDialect } from "./dialect.js";
import { answersOf } from "./dialect-answers.js";
import { HpcnbError, isHpcnbError } from "./errors.js";
import type { CommandResult, Host } from "./host.js";
import { historyIn } from "./job-ends.js";
import { plainName } from "./plain-name.js";
import { renderCommand } from "./render-command.js";
import type { CancelTarget, Command, JobSpec, Scheduler } from "./scheduler.js";
import { siteCommand } from "./site-command.js";
import { checkTasks } from "./task-runs.js";

/** A busy scheduler may take its time, but none that is alive takes longer. */
const commandTimeoutMs = 60_000;

/** The one place where scheduler commands are run, limited in time. */
export function createCommandScheduler(host: Host, dialect: SchedulerDialect): Scheduler {
  async function ask(command: Command, what: string, signal?: AbortSignal): Promise<CommandResult> {
    try {
      const result = await host.run(command.argv, {
        timeoutMs: commandTimeoutMs,
        signal,
        shown: command.shown,
        answerer: dialect.title,
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

  const { idPattern, largestArray, countedOptions, nameOf = plainName, site } = dialect;
  const answers = answersOf(dialect);
  const named = (job: JobSpec) => {
    checkTasks(job);
    return { ...job, name: nameOf(job.name) };
  };
  const atSite = (command: Command) => (site ? { ...command, ...siteCommand(site, command.argv) } : command);
  const submit = (job: JobSpec) => atSite(dialect.submit(named(job)));
  const cancel = (targets: readonly CancelTarget[]) => atSite(dialect.cancel(targets));
  const status = async (signal?: AbortSignal) =>
    answers.parseStatus(await ask(atSite(dialect.status()), "Asking for jobs", signal));

  return {
    runsOnHost: dialect.runsOnHost,
    taskVariable: dialect.taskVariable,
    ...defined({
      reservedExitCodes: dialect.reservedExitCodes,
      largestArray,
      countedOptions,
      commands: idPattern === undefined ? undefined : { submit, cancel, idPattern },
    }),
    nameOf,
    render: (job) => dialect.render?.(named(job)) ?? renderCommand(submit(job)),

    submit: async (job, signal) => {
      const accepted = answers.parseSubmit(await ask(submit(job), `Submitting ${job.name}`, signal), named(job));
      if (typeof accepted === "string") return accepted;
      answers.parseCancel(await ask(cancel([accepted.id]), `Cancelling ${accepted.id}`, signal));
      throw accepted.error;
    },
    status,
    cancel: async (targets, signal) => {
      const some = targets.filter((target) => typeof target === "string" || target.tasks.length > 0);
      if (some.length === 0) return;
      const what = some.map((target) => (typeof target === "string" ? target : `tasks of ${target.id}`)).join(", ");
      answers.parseCancel(await ask(cancel(some), `Cancelling ${what}`, signal));
    },
    explain: async (id, signal) => {
      const command = dialect.explain?.(id);
      if (!command) return (await status(signal)).find((job) => job.id === id)?.reason;
      return answers.parseExplain(await ask(atSite(command), `Asking about job ${id}`, signal), id);
    },
    history: async (job, signal) => {
      const command = dialect.history?.(job);
      if (!command) return historyIn(await status(signal), job);
      return answers.parseHistory(await ask(atSite(command), `Asking how job ${job.id} ended`, signal), job);
    },
  };
}
