import { type CommandResult, describeResult, HpcnbError, type JobId } from "@hpcnb/core";
import { expectReached, spokenLines } from "./failures.js";

/** qsub's code for a limit on jobs (max_jobs, max_u_jobs in sge_conf(5)), which clears when jobs end. */
const limitReached = 25;

/**
 * What qsub answers with -terse: the id, and for an array its tasks behind it. Banners and notices of a site's job
 * verifier may come before it; a wrapper that drops -terse leaves the sentence.
 */
export const idLine = /^(?:Your job(?:-array)? )?(\d+)(?:\.\d+-\d+:\d+)?(?: \(".*"\) has been submitted)?$/;

export function parseSubmit(result: CommandResult): JobId {
  expectReached(result, "Submitting");
  if (result.exitCode !== 0) {
    const words = ownWords(result);
    throw new HpcnbError(
      "HPCNB_SUBMIT_REJECTED",
      `Grid Engine did not take the job ${nameIn(result)}: ${words} (qsub, exit code ${result.exitCode})`,
      {
        transient: result.exitCode === limitReached,
        hint:
          result.exitCode === limitReached
            ? "A limit on the number of jobs is reached. Try again when some have ended."
            : (hints.find(([pattern]) => pattern.test(words))?.[1] ?? otherHint),
      },
    );
  }
  const lines = result.stdout.split("\n").map((line) => line.trim());
  const id = lines.map((line) => idLine.exec(line)?.[1]).findLast((found) => found !== undefined);
  if (id === undefined) {
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `qsub gave no job id: ${describeResult(result)}`, {
      transient: true,
    });
  }
  return id;
}

/** What to look at, by what qsub says. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/queue "/i, "`qconf -sql` lists the site's queues: correct `queue` under resources or cluster.resources."],
  [
    /parallel environment/i,
    "`qconf -spl` lists the site's parallel environments: correct `parallelEnvironment` under resources or cluster.resources.",
  ],
  [
    /resource/i,
    "`qconf -sc` lists the site's resources: correct `native` under resources or cluster.resources, or scheduler.options.memoryResource.",
  ],
  [/project/i, "`qconf -sprjl` lists the site's projects: correct `native` under resources or cluster.resources."],
];
const otherHint = "Correct `resources` or `cluster.resources` in the session file.";

function nameIn({ argv }: CommandResult): string {
  return argv[argv.indexOf("-N") + 1] ?? "";
}

/** qsub says "Unable to run job: REASON" and "Exiting.", and other things before it. */
function ownWords(result: CommandResult): string {
  const lines = spokenLines(result);
  const reason = lines.findIndex((line) => line.startsWith("Unable to run job:"));
  if (reason < 0) return describeResult(result);
  const words = lines.slice(reason).filter((line) => line !== "Exiting.");
  return words
    .join(" ")
    .replace(/^Unable to run job: */, "")
    .replace(/\s*Exiting\.$/, "");
}
