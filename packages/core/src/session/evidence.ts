import { HpcnbError } from "../errors.js";
import { isGone, type Loss } from "./life-cycle.js";
import { clusterOf } from "./session-record.js";
import type { Tracker } from "./tracker.js";
import type { Role } from "./workload.js";

const roleNames: Record<Role, string> = {
  notebook: "The notebook job",
  controller: "The controller",
  engines: "Too few engines",
};

/** Lines of a log that are worth showing with an error. */
const tailLines = 12;

/** A lost job as an error: which one, why, and the last lines it logged. */
export async function describeLoss(tracker: Tracker, loss: Loss): Promise<HpcnbError> {
  const log = logOf(tracker, loss.role);
  const id = jobOf(tracker, loss.role)?.record.id;
  const tail = log ? await lastLines(tracker, log) : "";
  return new HpcnbError(
    "HPCNB_JOB_ENDED",
    `${roleNames[loss.role]}${id === undefined ? "" : ` (job ${id})`} is lost: ${loss.why}${/[.!?]$/.test(loss.why) ? "" : "."}${tail ? `\nIts last lines, from ${log}:\n${tail}` : ""}`,
    {
      hint: [
        loss.hint ??
          (tail
            ? `\`hpcnb logs ${loss.role === "engines" ? "engine K" : loss.role}\` shows all that it said.`
            : "It has not logged a line."),
        loss.role === "notebook"
          ? "The session's other jobs are ended too; `hpcnb up` starts it again once the cause is mended."
          : "The notebook goes on; `hpcnb up` starts new ones.",
      ].join("\n"),
    },
  );
}

function jobOf({ state: { jobs } }: Tracker, role: Role) {
  return role === "engines" ? jobs.engines.find((job) => job.status?.state === "error" || isGone(job)) : jobs[role];
}

/** Of engines, the first log of the array that is lost: the others mostly say the same. */
function logOf(tracker: Tracker, role: Role): string | undefined {
  const { workload } = tracker.context;
  const { record } = tracker.state;
  const cluster = record && clusterOf(record);
  if (!record) return undefined;
  if (role === "notebook" || !cluster) return workload.logPath({ role: "notebook", run: record.run });
  if (role === "controller") return workload.logPath({ role, run: record.run, cluster });
  const array = jobOf(tracker, role)?.record.array;
  return array && workload.logPath({ role, cluster, array, engine: array.first });
}

async function lastLines(tracker: Tracker, path: string): Promise<string> {
  const result = await tracker.context.host.run(["tail", "-n", String(tailLines), path]);
  return result.exitCode === 0
    ? result.stdout
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`.trimEnd())
        .join("\n")
        .trimEnd()
    : "";
}
