import {
  type CommandResult,
  describeResult,
  HpcnbError,
  type JobId,
  type JobSpec,
  spokenLines,
  type UnwantedJob,
} from "@hpcnb/core";
import { expectReached, whyNotRun } from "./failures.js";

/**
 * Whether qsub speaks of a limit on jobs (max_jobs, max_u_jobs in sge_conf(5)), which clears when
 * jobs end. Its code is 25, or 27 in Open Cluster Scheduler since 9.1: so its words count as well.
 */
function isLimit({ exitCode }: CommandResult, words: string): boolean {
  return exitCode === 25 || /only \d+ jobs are allowed per (user|cluster)/i.test(words);
}

/**
 * What qsub answers with -terse: the id, and for an array its tasks behind it. Banners and notices
 * of a site's job verifier may come before it; a wrapper that drops -terse leaves the sentence.
 */
export const idLine = /^(?:Your job(?:-array)? )?(\d+)(?:\.(\d+-\d+:\d+))?(?: \(".*"\) has been submitted)?$/;

export function parseSubmit(result: CommandResult, job: JobSpec): JobId | UnwantedJob {
  const why = whyNotRun(result);
  if (why !== undefined) throw notSubmitted(job, why);
  expectReached(result, "Submitting");
  if (result.exitCode !== 0) {
    const words = ownWords(result);
    throw new HpcnbError(
      "HPCNB_SUBMIT_REJECTED",
      `Grid Engine did not take the job ${nameIn(result)}: ${words} (qsub, exit code ${result.exitCode})`,
      {
        transient: isLimit(result, words),
        hint: isLimit(result, words)
          ? "A limit on the number of jobs is reached. Try again when some have ended."
          : `${hints.find(([pattern]) => pattern.test(words))?.[1] ?? otherHint} ${elsewhere}`,
      },
    );
  }
  const lines = result.stdout.split("\n").map((line) => line.trim());
  const [, id, tasks] = lines.map((line) => idLine.exec(line)).findLast((found) => found !== null) ?? [];
  if (id === undefined) {
    if (lines.some((line) => /^verification: |^job_number: +unassigned/.test(line))) throw onlyVerified(job);
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `qsub gave no job id: ${describeResult(result)}`, {
      transient: true,
    });
  }
  return tasks === undefined || tasks === tasksOf(job) ? id : { id, error: otherTasks(job, tasks) };
}

/** As qsub answers. */
function tasksOf({ tasks }: JobSpec): string | undefined {
  return tasks === undefined ? undefined : `1-${tasks}:1`;
}

const defaultFiles =
  "the site's `$SGE_ROOT/$SGE_CELL/common/sge_request`, `~/.sge_request`, or `.sge_request` in the directory that the command runs in";

function otherTasks(job: JobSpec, tasks: string): HpcnbError {
  const wanted = job.tasks === undefined ? "a single job" : `an array with the tasks ${tasksOf(job)}`;
  return new HpcnbError(
    "HPCNB_SUBMIT_REJECTED",
    `Grid Engine made an array with the tasks ${tasks} of the job ${job.name}, which is ${wanted}: it was cancelled.`,
    {
      hint: `A \`-t\` in a file of defaults does that: ${defaultFiles}. Take it out there, or write \`-clear\` behind it. A site's job verifier may do it as well.`,
    },
  );
}

function notSubmitted({ name }: JobSpec, why: string): HpcnbError {
  const hint = why.includes(" has -")
    ? "No option of qsub overrides that, and it would change the jobs. Take it out there, or write `-clear` behind it, which cancels the options before it. Options for this session alone belong into `native`."
    : "Give the notebook directory, or the one that it is in, another name.";
  return new HpcnbError("HPCNB_SUBMIT_REJECTED", `The job ${name} was not submitted: ${why}.`, { hint });
}

function onlyVerified({ name }: JobSpec): HpcnbError {
  return new HpcnbError(
    "HPCNB_SUBMIT_REJECTED",
    `Grid Engine only verified the job ${name}, and did not take it (qsub, exit code 0).`,
    {
      hint: `A \`-verify\`, \`-w v\` or \`-w p\` in a file of defaults does that: ${defaultFiles}. Take it out there, or write \`-clear\` behind it.`,
    },
  );
}

/** What to look at, by what qsub says. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/queue "/i, "`qconf -sql` lists the site's queues: correct `queue` under resources or cluster.resources."],
  [
    /parallel environment/i,
    "`qconf -spl` lists the site's parallel environments: correct `options.parallelEnvironment` under resources or cluster.resources.",
  ],
  [
    /resource/i,
    "`qconf -sc` lists the site's resources: correct `native` under resources or cluster.resources, or scheduler.options.memoryResource.",
  ],
  [/project/i, "`qconf -sprjl` lists the site's projects: correct `native` under resources or cluster.resources."],
];
const otherHint = "Correct `resources` or `cluster.resources` in the session file.";
const elsewhere = `An option that is not in the session file comes from a file of defaults: ${defaultFiles}.`;

function nameIn({ argv }: CommandResult): string {
  return argv[argv.indexOf("-N") + 1] ?? "";
}

/** qsub says "Unable to run job: REASON" and "Exiting.", and other things before it. */
function ownWords(result: CommandResult): string {
  const lines = spokenLines(result);
  const reason = lines.findIndex((line) => line.startsWith("Unable to run job:"));
  if (reason < 0) return describeResult(result);
  const words = lines
    .slice(reason)
    .map((line) => (line.endsWith("Exiting.") ? line.slice(0, -"Exiting.".length).trimEnd() : line))
    .filter(Boolean);
  return words.join(" ").replace(/^Unable to run job: */, "");
}
