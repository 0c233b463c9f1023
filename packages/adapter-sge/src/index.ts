import { createCommandScheduler, definePlugin, type SchedulerDialect } from "@hpcnb/core";
import { failures, idLine, parseSubmit } from "./answers.js";
import { parseExplain } from "./explain.js";
import { parseHistory } from "./history.js";
import { type GridEngineOptions, resourcesSchema, schedulerSchema } from "./options.js";
import { site } from "./site.js";
import { parseStatus } from "./status.js";
import { cancelWords, nameOf, submitArgv } from "./submit.js";

export type { GridEngineOptions } from "./options.js";

/** Grid Engine through qsub, qstat, qdel and qacct. */
export function gridEngineDialect(options: GridEngineOptions = {}): SchedulerDialect {
  return {
    title: "Grid Engine",
    failures,
    site: { ...site, settings: options.settings },
    runsOnHost: false,
    // FORBID_RESCHEDULE and FORBID_APPERROR in sge_conf(5): run it again, and keep it in error.
    reservedExitCodes: [99, 100],
    taskVariable: "SGE_TASK_ID",
    // The default of max_aj_tasks in sge_conf(5).
    largestArray: 75_000,
    countedOptions: ["consumables"],
    idPattern: idLine.source,
    nameOf,
    submit: (job) => ({ argv: submitArgv(job, options), stdin: job.script }),
    parseSubmit,
    // A site's or a user's own defaults for qstat may hide jobs: -u and -s overrule them. qstat
    // itself puts the user in for $user.
    status: () => ({ argv: ["qstat", "-u", "$user", "-s", "prs", "-xml"] }),
    parseStatus,
    cancel: (targets) => ({ argv: ["qdel", ...targets.flatMap(cancelWords)] }),
    explain: (id) => ({ argv: ["qstat", "-j", id] }),
    parseExplain,
    history: ({ id }) => ({ argv: ["qacct", "-j", id] }),
    parseHistory,
  };
}

/** Grid Engine in all its variants: Sun, Son of, Some, Open Cluster Scheduler, Univa, Altair. */
export default definePlugin({
  apiVersion: 1,
  name: "sge",
  scheduler: {
    optionsSchema: schedulerSchema,
    resourcesSchema,
    create: ({ host, options }) => createCommandScheduler(host, gridEngineDialect(options)),
  },
});
