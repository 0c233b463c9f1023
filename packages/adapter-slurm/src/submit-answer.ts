import {
  type CommandResult,
  describeResult,
  HpcnbError,
  type JobId,
  type JobSpec,
  spokenLines,
  type UnwantedJob,
} from "@hpcnb/core";
import { expectReached } from "./failures.js";
import { nameOf } from "./name.js";
import { otherCluster } from "./submit.js";

/** The answer of `sbatch --parsable`; a wrapper or a site's filter may say more before it. */
export const idLine = /^(\d+)(?:;(\S+))?$/;

export function parseSubmit(result: CommandResult, job: JobSpec): JobId | UnwantedJob {
  expectReached(result, "Submitting");
  if (result.exitCode !== 0) throw rejected(result, nameOf(job.name));
  const lines = result.stdout.split("\n").map((line) => line.trim());
  const [whole, id, cluster] = lines.map((line) => idLine.exec(line)).findLast((found) => found !== null) ?? [];
  if (whole === undefined || id === undefined)
    throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", `sbatch gave no job id: ${describeResult(result)}`, {
      transient: true,
    });
  return cluster === undefined ? id : { id: whole, error: otherCluster };
}

/** Limits on how many jobs there are, which clear when jobs end. */
const limit = /(Max|Grp)SubmitJob|temporarily unable to accept job/;

function rejected(result: CommandResult, name: string): HpcnbError {
  const lines = spokenLines(result).map((line) =>
    line.replace(/^sbatch: (error: )?(Batch job submission failed: )?/, ""),
  );
  const words = lines.join(". ");
  const hint = hints.find(([pattern]) => pattern.test(words))?.[1] ?? "Correct `resources` or `cluster.resources`.";
  return new HpcnbError(
    "HPCNB_SUBMIT_REJECTED",
    `Slurm did not take the job ${name}: ${words} (sbatch, exit code ${result.exitCode})`,
    { transient: limit.test(words), hint },
  );
}

/** What to look at, by what sbatch says. The first that fits counts. */
const hints: readonly (readonly [RegExp, string])[] = [
  [limit, "A limit on the number of jobs is reached. Try again when some have ended."],
  [
    /invalid account|invalid qos/i,
    "`sacctmgr show associations user=$USER format=account,partition,qos` lists yours: correct `options.account` or `options.qos` under resources and cluster.resources.",
  ],
  [/partition/i, "`sinfo --summarize` lists the partitions: correct `queue` under resources or cluster.resources."],
  [
    /array/i,
    "This site takes fewer tasks in an array than most (MaxArraySize in `scontrol show config`): ask for fewer engines, or make several `cluster.groups` of them.",
  ],
  [/feature/i, "`sinfo --format=%f` lists the features of nodes: correct `options.constraint`."],
  [/gres/i, "`sinfo --format=%G` lists the nodes' GPUs: correct `options.gpus`."],
  [
    /node configuration|time limit|policy/i,
    "`sinfo --format='%P %l %c %m'` lists each partition's time limit, and the CPUs and memory of its nodes: ask for less, or for another `queue`.",
  ],
];
