import { describeResult, lastLine, spokenLines } from "./command.js";
import type { SchedulerDialect, UnwantedJob } from "./dialect.js";
import { HpcnbError } from "./errors.js";
import type { CommandResult } from "./host.js";
import { historyOf } from "./job-ends.js";
import type { JobHistory, JobId, JobSpec, JobStatus, SubmittedJob } from "./scheduler.js";
import { expectAnswer, expectReached, rejection } from "./scheduler-errors.js";
import { notRun } from "./site-command.js";
import { firstLines } from "./task-runs.js";

/**
 * What the results of a scheduler's commands mean, whatever they printed and however they ended.
 * Pure. All throw HPCNB_SCHEDULER_UNREACHABLE where there was no answer of the scheduler, and
 * HPCNB_SCHEDULER_ANSWER for one that was not understood.
 */
export interface DialectAnswers {
  /** @throws HPCNB_SUBMIT_REJECTED, too. */
  parseSubmit(result: CommandResult, job: JobSpec): JobId | UnwantedJob;
  parseStatus(result: CommandResult): JobStatus[];
  /** Throws if the request was not taken in; a job or a task that is gone is no error. */
  parseCancel(result: CommandResult): void;
  parseExplain(result: CommandResult, id: JobId): string | undefined;
  parseHistory(result: CommandResult, job: SubmittedJob): JobHistory | undefined;
}

/** The one place where failures of scheduler commands are told apart. */
export function answersOf(dialect: SchedulerDialect): DialectAnswers {
  const { title, failures = {} } = dialect;
  const idPattern = new RegExp(dialect.idPattern ?? /^(\S+)$/);
  const idIn = (text: string) => lastLine(text, idPattern)?.[1];
  const hints = Object.entries(failures.hints ?? {}).map(([reason, hint]) => ({
    reason: new RegExp(reason, "i"),
    hint,
  }));
  const hintFor = (words: string) => hints.find(({ reason }) => reason.test(words))?.hint;

  function expectRun(result: CommandResult, what: string): void {
    const why = whyNotRun(result);
    if (why !== undefined)
      throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${what}: ${why}, which would change the answer.`, {
        hint: "Take it out there: no option of the command overrides it.",
      });
    expectReached(result, what, failures);
  }

  const says = (result: CommandResult, words: RegExp | undefined) =>
    spokenLines(result).some((line) => words?.test(line));

  /** Undefined where the command says that there is no such job. */
  function textAbout(result: CommandResult, what: string): string | undefined {
    expectRun(result, what);
    if (result.exitCode !== 0 && says(result, failures.noSuchJob)) return undefined;
    return expectAnswer(result, what).stdout;
  }

  function rejected(result: CommandResult, { name }: JobSpec): HpcnbError {
    const lines = spokenLines(result);
    const reason = failures.reasonIn?.(lines) ?? lines.join(". ");
    const words = `${reason} (${result.argv[0]}, exit code ${result.exitCode})`;
    const transient = failures.limit?.test(words) ?? false;
    return new HpcnbError("HPCNB_SUBMIT_REJECTED", `${title} did not take the job ${name}: ${words}`, {
      transient,
      hint: transient
        ? "A limit on the number of jobs is reached. Try again when some have ended."
        : (hintFor(reason) ?? "Correct `resources` or `cluster.resources` in the session file."),
    });
  }

  return {
    parseSubmit(result, job) {
      const why = whyNotRun(result);
      if (why !== undefined) throw rejection(`The job ${job.name} was not submitted: ${why}.`, hintFor(why));
      expectReached(result, "Submitting", failures);
      if (result.exitCode !== 0) throw rejected(result, job);
      const accepted = dialect.parseSubmit ? dialect.parseSubmit(result.stdout, job) : idIn(result.stdout);
      if (accepted !== undefined) return accepted;
      const message = `${result.argv[0]} gave no job id: ${describeResult(result)}`;
      throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", message, { transient: true });
    },

    parseStatus(result) {
      expectRun(result, "Asking for jobs");
      return dialect.parseStatus(expectAnswer(result, "Asking for jobs").stdout);
    },

    parseCancel(result) {
      expectRun(result, "Asking to cancel");
      const isHarmless = (line: string) => failures.noSuchJob?.test(line) || failures.cancelled?.test(line);
      // One job that is gone may make the command fail as a whole, so each of its lines counts.
      if (result.exitCode === 0) return dialect.parseCancel?.(result.stdout);
      if (spokenLines(result).every(isHarmless)) return;
      throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `${title} did not cancel: ${describeResult(result)}`);
    },

    parseExplain(result, id) {
      const text = textAbout(result, "Asking why");
      return text === undefined ? undefined : firstLines(dialect.parseExplain?.(text, id) ?? []);
    },

    parseHistory(result, job) {
      expectRun(result, "Asking how a job ended");
      // One question may take several commands, and the last one may fail.
      const hasText = result.exitCode === 0 || result.stdout.trim() !== "";
      const records = hasText ? dialect.parseHistory?.(result.stdout, job) : undefined;
      const history = historyOf(records ?? [], job);
      if (!history) textAbout(result, "Asking how a job ended");
      return history;
    },
  };
}

/** The reason why a command was not run, see `notRun`. */
function whyNotRun({ exitCode, stderr }: CommandResult): string | undefined {
  return exitCode === notRun ? /^hpcnb: (.+)$/m.exec(stderr)?.[1] : undefined;
}
