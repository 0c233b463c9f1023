import { type FailureWords, type JobId, lastLine, rejection, type UnwantedJob } from "@hpcnb/core";

export const failures: FailureWords = {
  /** As slurm_errno.c has it where slurmctld or slurmdbd is away, or is not found at all. */
  unreachable:
    /unable to contact|socket timed out|connection refused|(connect|send|receive) failure|standby mode|zero bytes were|authentication|munge|incompatible versions|problem talking to|unable to process configuration|unable to establish|no route to host|name or service not known/i,
  notFoundHint:
    "Slurm's commands were not found, or the login profile that leads to them failed. Set scheduler.options.settings to a file of shell text that puts them on PATH. Then no login profile is read.",
  noSuchJob: /invalid job id specified/i,
  /** 22.05 says nothing of most. */
  cancelled: /already completing or completed/i,

  reasonIn: (lines) =>
    lines.map((line) => line.replace(/^sbatch: (error: )?(Batch job submission failed: )?/, "")).join(". "),
  limit: /(Max|Grp)SubmitJob|temporarily unable to accept job/,
  hints: {
    "invalid account|invalid qos":
      "`sacctmgr show associations user=$USER format=account,partition,qos` lists yours: correct `options.account` or `options.qos` under resources and cluster.resources.",
    partition: "`sinfo --summarize` lists the partitions: correct `queue` under resources or cluster.resources.",
    array:
      "This site takes fewer tasks in an array than most (MaxArraySize in `scontrol show config`): ask for fewer engines, or make several `cluster.groups` of them.",
    feature: "`sinfo --format=%f` lists the features of nodes: correct `options.constraint`.",
    gres: "`sinfo --format=%G` lists the nodes' GPUs: correct `options.gpus`.",
    "node configuration|time limit|policy":
      "`sinfo --format='%P %l %c %m'` lists each partition's time limit, and the CPUs and memory of its nodes: ask for less, or for another `queue`.",
  },
};

/** For a job that asks for another cluster, or that another one has. */
export function otherCluster() {
  return rejection(
    "hpcnb uses one Slurm cluster: that of its host. A job for another one (sbatch --clusters) would not be found again.",
    "Take --clusters (-M) out of `native`, and set `host` to a submit node of the other cluster.",
  );
}

/** The answer of `sbatch --parsable`; a wrapper or a site's filter may say more before it. */
export const idLine = /^(\d+)(?:;(\S+))?$/;

export function parseSubmit(text: string): JobId | UnwantedJob | undefined {
  const found = lastLine(text, idLine);
  return found?.[2] === undefined ? found?.[1] : { id: found[0], error: otherCluster() };
}
