import type { SchedulerDialect } from "@hpcnb/core";
import { cancelWords, parseCancel } from "./cancel.js";
import { slurmCommand } from "./command.js";
import { historyWords, parseHistory } from "./history.js";
import { listingFormat } from "./listing.js";
import { nameOf } from "./name.js";
import type { SlurmOptions } from "./options.js";
import { parseExplain, parseStatus } from "./status.js";
import { submitArgv } from "./submit.js";
import { idLine, parseSubmit } from "./submit-answer.js";

/** The default of MaxArraySize in slurm.conf(5), which counts from 0. */
const largestArray = 1_000;

/** Slurm through sbatch, squeue, scancel, sacct and scontrol. */
export function slurmDialect(options: SlurmOptions = {}): SchedulerDialect {
  const command = (...argv: readonly string[]) => ({ argv: slurmCommand(options, argv), shown: argv });
  return {
    runsOnHost: false,
    taskVariable: "SLURM_ARRAY_TASK_ID",
    largestArray,
    idPattern: idLine.source,
    nameOf,
    submit: (job) => ({ ...command(...submitArgv(job)), stdin: job.script }),
    parseSubmit,
    status: () => command("squeue", "--me", listingFormat),
    parseStatus,
    cancel: (targets) => command("scancel", ...cancelWords(targets)),
    parseCancel,
    explain: (id) => command("squeue", "--me", `--jobs=${id}`, listingFormat),
    parseExplain,
    history: ({ id }) => command("sacct", ...historyWords(id)),
    parseHistory,
  };
}
