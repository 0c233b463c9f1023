import { type CancelTarget, createCommandScheduler, definePlugin, type SchedulerDialect } from "@hpcnb/core";
import { failures } from "./failures.js";
import { historyWords, parseHistory } from "./history.js";
import { resourcesSchema, type SlurmOptions, schedulerSchema } from "./options.js";
import { site } from "./site.js";
import { listingFormat, parseExplain, parseStatus } from "./status.js";
import { idLine, parseSubmit, submitArgv } from "./submit.js";

export type { SlurmOptions } from "./options.js";

/** The default of MaxArraySize in slurm.conf(5), which counts from 0. */
const largestArray = 1_000;

/** Slurm through sbatch, squeue, scancel, sacct and scontrol. */
export function slurmDialect({ settings }: SlurmOptions = {}): SchedulerDialect {
  return {
    title: "Slurm",
    failures,
    site: { ...site, settings },
    runsOnHost: false,
    taskVariable: "SLURM_ARRAY_TASK_ID",
    largestArray,
    countedOptions: ["gpus"],
    idPattern: idLine.source,
    submit: (job) => ({ argv: submitArgv(job), stdin: job.script }),
    parseSubmit,
    status: () => ({ argv: ["squeue", "--me", listingFormat] }),
    parseStatus,
    cancel: (targets) => ({ argv: ["scancel", ...targets.flatMap(cancelWords)] }),
    explain: (id) => ({ argv: ["squeue", "--me", `--jobs=${id}`, listingFormat] }),
    parseExplain,
    history: ({ id }) => ({ argv: ["sacct", `--jobs=${id}`, ...historyWords] }),
    parseHistory,
  };
}

/** scancel's words: "17", "18_[2-3,7-7]", and for a job of another cluster that cluster, too. */
function cancelWords(target: CancelTarget): string[] {
  if (typeof target !== "string")
    return [`${target.id}_[${target.tasks.map(({ first, last }) => `${first}-${last}`).join()}]`];
  const [id = "", cluster] = target.split(";");
  return cluster === undefined ? [id] : [`--clusters=${cluster}`, id];
}

/** Slurm, 20.11 and newer. */
export default definePlugin({
  apiVersion: 1,
  name: "slurm",
  scheduler: {
    optionsSchema: schedulerSchema,
    resourcesSchema,
    create: ({ host, options }) => createCommandScheduler(host, slurmDialect(options as SlurmOptions)),
  },
});
