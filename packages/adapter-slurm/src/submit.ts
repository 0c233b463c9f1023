import { type CancelTarget, formatDuration, type JobSpec, optionWords, refusedPath } from "@hpcnb/core";
import { otherCluster } from "./answers.js";
import type { SlurmResources } from "./options.js";

/**
 * The sbatch command. The job gets the user's login environment on its node and no variable of
 * hpcnb's, none of the submit node's limits (a login node's may be small), and one try,
 * because a session's life has its own order. Native arguments come last and have the last word.
 * @throws HPCNB_SUBMIT_REJECTED for what is not possible, before anything is run.
 */
export function submitArgv(job: JobSpec): string[] {
  const { name, workingDirectory, resources, tasks, tasksAtOnce } = job;
  const { cores, memory, walltimeSeconds, queue, native = [] } = resources;
  const { account, qos, constraint, gpus } = (resources.options ?? {}) as SlurmResources;
  if (native.some((word) => /^(-M|--cl)/.test(word))) throw otherCluster();
  return [
    ...["sbatch", "--parsable", `--job-name=${name}`, `--chdir=${workingDirectory}`, `--output=${outputPath(job)}`],
    ...["--export=NONE", "--propagate=NONE", "--no-requeue", "--nodes=1", "--ntasks=1"],
    ...optionWords({
      "--array=": tasks === undefined ? undefined : [`1-${tasks}`, tasksAtOnce].filter(Boolean).join("%"),
      "--cpus-per-task=": cores,
      // Slurm counts in units of 1024: memory in these megabytes, and time in minutes, rounded up.
      "--mem=": memory === undefined ? undefined : `${Math.ceil(memory / 2 ** 20)}M`,
      "--time=": walltimeSeconds === undefined ? undefined : formatDuration(walltimeSeconds),
      "--partition=": queue,
      "--account=": account,
      "--qos=": qos,
      "--constraint=": constraint,
      "--gpus-per-node=": gpus,
    }),
    ...native,
  ];
}

/**
 * In a path with a backslash, sbatch takes each backslash away and replaces nothing; in any other,
 * `%` begins a replacement.
 */
function outputPath({ output, tasks }: JobSpec): string {
  const hasBackslash = output.includes("\\");
  if (hasBackslash && tasks !== undefined) throw refusedPath("Slurm", "a backslash", "an array's output files", output);
  const path = hasBackslash ? output.replaceAll("\\", "\\\\") : output.replaceAll("%", "%%");
  return tasks === undefined ? path : path.replaceAll("{task}", "%a");
}

/** scancel's words: "17", "18_[2-3,7-7]", and for a job of another cluster that cluster, too. */
export function cancelWords(target: CancelTarget): string[] {
  if (typeof target !== "string")
    return [`${target.id}_[${target.tasks.map(({ first, last }) => `${first}-${last}`).join()}]`];
  const [id = "", cluster] = target.split(";");
  return cluster === undefined ? [id] : [`--clusters=${cluster}`, id];
}
