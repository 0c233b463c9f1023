import { type FailureWords, type JobId, type JobSpec, lastLine, rejection, type UnwantedJob } from "@hpcnb/core";

const defaultFiles =
  "the site's `$SGE_ROOT/$SGE_CELL/common/sge_request`, `~/.sge_request`, or `.sge_request` in the directory that the command runs in";

const place = "under resources or cluster.resources.";
const elsewhere = `An option that is not in the session file comes from a file of defaults: ${defaultFiles}.`;

export const failures: FailureWords = {
  /** Every command says it so, also when it could not even look for the qmaster. */
  unreachable:
    /unable to (send message to|contact) qmaster|got (send|read|select|receive) (error|timeout)|commlib error|unable to initialize environment|failed receiving gdi request|can't (find|connect to) (service|qmaster)|act_qmaster|SGE_ROOT|cannot reach qmaster/i,
  notFoundHint:
    "Grid Engine's commands were not found, or the login profile that leads to them failed. Set scheduler.options.settings to the site's settings.sh, usually $SGE_ROOT/$SGE_CELL/common/settings.sh. Then no login profile is read.",
  /** qacct says it, too, of a job that goes on: its record comes some seconds after its end. */
  noSuchJob:
    /do(es)? not exist|^error: job (id|array|name) .* not found|job id \S+ not found|no jobs running since startup/i,
  /** A job on a host that does not answer is registered for deletion, and ends when it is back. */
  cancelled:
    / has (registered|deleted) | is already in deletion|unable to sync state with remote execd| comprises no tasks/,

  /** qsub says "Unable to run job: REASON" and "Exiting.", and other things before it. */
  reasonIn: (lines) => {
    const begin = lines.findIndex((line) => line.startsWith("Unable to run job:"));
    const words = lines.slice(Math.max(begin, 0)).join(" ");
    return words.replace("Unable to run job:", "").replaceAll("Exiting.", "").trim();
  },
  /**
   * max_jobs and max_u_jobs of sge_conf(5). The code is 25, or 27 in Open Cluster Scheduler since
   * 9.1: so its words count as well.
   */
  limit: /only \d+ jobs are allowed per (user|cluster)|exit code 25\)$/i,
  hints: {
    " has -\\w":
      "No option of qsub overrides that, and it would change the jobs. Take it out there, or write `-clear` behind it, which cancels the options before it. Options for this session alone belong into `native`.",
    "takes a dollar in": "Give the notebook directory, or the one that it is in, another name.",
    'queue "': `\`qconf -sql\` lists the site's queues: correct \`queue\` ${place} ${elsewhere}`,
    "parallel environment": `\`qconf -spl\` lists the site's parallel environments: correct \`options.parallelEnvironment\` ${place} ${elsewhere}`,
    resource: `\`qconf -sc\` lists the site's resources: correct \`options.consumables\` or \`native\` ${place} Or correct scheduler.options.memoryResource. ${elsewhere}`,
    project: `\`qconf -sprjl\` lists the site's projects: correct \`native\` ${place} ${elsewhere}`,
    "": `Correct \`resources\` or \`cluster.resources\` in the session file. ${elsewhere}`,
  },
};

/**
 * What qsub answers with -terse: the id, and for an array its tasks behind it. Banners and notices
 * of a site's job verifier may come before it; a wrapper that drops -terse leaves the sentence.
 */
export const idLine = /^(?:Your job(?:-array)? )?(\d+)(?:\.(\d+-\d+:\d+))?(?: \(".*"\) has been submitted)?$/;

export function parseSubmit(text: string, job: JobSpec): JobId | UnwantedJob | undefined {
  const [, id, tasks] = lastLine(text, idLine) ?? [];
  const wanted = job.tasks === undefined ? undefined : `1-${job.tasks}:1`;
  if (id !== undefined && tasks !== undefined && tasks !== wanted) {
    const words = wanted === undefined ? "a single job" : `an array with the tasks ${wanted}`;
    const error = changedByDefaults(
      `made an array with the tasks ${tasks} of the job ${job.name}, which is ${words}: it was cancelled`,
      "`-t`",
    );
    return { id, error };
  }
  if (id === undefined && /^[ \t]*(verification: |job_number: +unassigned)/m.test(text))
    throw changedByDefaults(
      `only verified the job ${job.name}, and did not take it (qsub, exit code 0)`,
      "`-verify`, `-w v` or `-w p`",
    );
  return id;
}

function changedByDefaults(what: string, option: string) {
  const hint = `A ${option} in a file of defaults does that: ${defaultFiles}. Take it out there, or write \`-clear\` behind it. A site's job verifier may do it as well.`;
  return rejection(`Grid Engine ${what}.`, hint);
}
