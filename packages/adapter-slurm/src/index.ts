import { createCommandScheduler, definePlugin, type SchedulerDialect, type SiteOptions } from "@hpcnb/core";
import { failures, idLine, parseSubmit } from "./answers.js";
import { historyWords, parseHistory } from "./history.js";
import { resourcesSchema, schedulerSchema } from "./options.js";
import { site } from "./site.js";
import { listingFormat, parseExplain, parseStatus } from "./status.js";
import { cancelWords, submitArgv } from "./submit.js";

/** Slurm through sbatch, squeue, scancel, sacct and scontrol. */
export function slurmDialect({ settings }: SiteOptions = {}): SchedulerDialect {
  return {
    title: "Slurm",
    failures,
    site: { ...site, settings },
    runsOnHost: false,
    taskVariable: "SLURM_ARRAY_TASK_ID",
    // The default of MaxArraySize in slurm.conf(5), which counts from 0.
    largestArray: 1_000,
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

/** Slurm, 20.11 and newer. */
export default definePlugin({
  apiVersion: 1,
  name: "slurm",
  scheduler: {
    optionsSchema: schedulerSchema,
    resourcesSchema,
    create: ({ host, options }) => createCommandScheduler(host, slurmDialect(options)),
  },
});
