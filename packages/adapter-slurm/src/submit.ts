import {
  formatDuration,
  type JobId,
  type JobResources,
  type JobSpec,
  lastLine,
  optionWords,
  refusedPath,
  type UnwantedJob,
} from "@hpcnb/core";
import { otherCluster } from "./failures.js";
import type { SlurmResources } from "./options.js";

/**
 * The sbatch command. The job gets the user's login environment on its node and no variable of
 * hpcnb's, none of the submit node's limits (a login node's may be small), and one try,
 * because a session's life has its own order. Native arguments come last and have the last word.
 * @throws HPCNB_SUBMIT_REJECTED for what is not possible, before anything is run.
 */
export function submitArgv(job: JobSpec): string[] {
  const { name, workingDirectory, resources, tasks, tasksAtOnce } = job;
  const native = resources.native ?? [];
  if (native.some((word) => /^(-M|--cl)/.test(word))) throw otherCluster;
  const most = tasksAtOnce === undefined ? "" : `%${tasksAtOnce}`;
  return [
    ...["sbatch", "--parsable", `--job-name=${name}`, `--chdir=${workingDirectory}`, `--output=${outputPath(job)}`],
    ...["--export=NONE", "--propagate=NONE", "--no-requeue", "--nodes=1", "--ntasks=1"],
    ...optionWords({
      "--array=": tasks === undefined ? undefined : `1-${tasks}${most}`,
      ...resourceOptions(resources),
    }),
    ...native,
  ];
}

function resourceOptions({ cores, memory, walltimeSeconds, queue, options = {} }: JobResources) {
  const { account, qos, constraint, gpus } = options as SlurmResources;
  return {
    "--cpus-per-task=": cores,
    // Slurm counts in units of 1024: memory in these megabytes, and time in minutes, rounded up.
    "--mem=": memory === undefined ? undefined : `${Math.ceil(memory / 2 ** 20)}M`,
    "--time=": walltimeSeconds === undefined ? undefined : formatDuration(walltimeSeconds),
    "--partition=": queue,
    "--account=": account,
    "--qos=": qos,
    "--constraint=": constraint,
    "--gpus-per-node=": gpus,
  };
}

/**
 * In a path with a backslash, sbatch takes each backslash away and replaces nothing; in any other,
 * `%` begins a replacement.
 */
function outputPath({ output, tasks }: JobSpec): string {
  if (!output.includes("\\")) {
    const path = output.replaceAll("%", "%%");
    return tasks === undefined ? path : path.replaceAll("{task}", "%a");
  }
  if (tasks === undefined) return output.replaceAll("\\", "\\\\");
  throw refusedPath("Slurm", "a backslash", "an array's output files", output);
}

/** The answer of `sbatch --parsable`; a wrapper or a site's filter may say more before it. */
export const idLine = /^(\d+)(?:;(\S+))?$/;

export function parseSubmit(text: string): JobId | UnwantedJob | undefined {
  const found = lastLine(text, idLine);
  return found?.[2] === undefined ? found?.[1] : { id: found[0], error: otherCluster };
}
