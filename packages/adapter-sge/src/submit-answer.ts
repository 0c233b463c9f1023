import { type HpcnbError, type JobId, type JobSpec, lastLine, rejection, type UnwantedJob } from "@hpcnb/core";
import { defaultFiles } from "./failures.js";

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

function changedByDefaults(what: string, option: string): HpcnbError {
  const hint = `A ${option} in a file of defaults does that: ${defaultFiles}. Take it out there, or write \`-clear\` behind it. A site's job verifier may do it as well.`;
  return rejection(`Grid Engine ${what}.`, hint);
}
