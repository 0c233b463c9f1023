import type { SchedulerDialect } from "@hpcnb/core";
import { cancelWords, parseCancel } from "./cancel.js";
import { gridEngineCommand } from "./command.js";
import { parseExplain } from "./explain.js";
import { parseHistory } from "./history.js";
import { nameOf } from "./name.js";
import type { GridEngineOptions } from "./options.js";
import { parseStatus } from "./status.js";
import { submitArgv } from "./submit.js";
import { idLine, parseSubmit } from "./submit-answer.js";

/** The default of max_aj_tasks in sge_conf(5). */
const largestArray = 75_000;
/** See FORBID_RESCHEDULE and FORBID_APPERROR in sge_conf(5): run it again, and keep it in error. */
const reservedExitCodes = [99, 100];

/** Grid Engine through qsub, qstat, qdel and qacct. */
export function gridEngineDialect(options: GridEngineOptions = {}): SchedulerDialect {
  const command = (...argv: readonly string[]) => ({ argv: gridEngineCommand(options, argv), shown: argv });
  return {
    runsOnHost: false,
    reservedExitCodes,
    taskVariable: "SGE_TASK_ID",
    largestArray,
    idPattern: idLine.source,
    nameOf,
    submit: (job) => ({ ...command(...submitArgv(job, options)), stdin: job.script }),
    parseSubmit,
    // A site's or a user's own defaults for qstat may hide jobs: -u and -s overrule them. qstat
    // itself puts the user in for $user.
    status: () => command("qstat", "-u", "$user", "-s", "prs", "-xml"),
    parseStatus,
    cancel: (targets) => command("qdel", ...cancelWords(targets)),
    parseCancel,
    explain: (id) => command("qstat", "-j", id),
    parseExplain,
    history: ({ id }) => command("qacct", "-j", id),
    parseHistory,
  };
}
