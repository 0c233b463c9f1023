import { HpcnbError } from "../errors.js";
import type { Loss } from "./life-cycle.js";
import type { Tracker } from "./tracker.js";
import type { Role } from "./workload.js";

const roleNames: Record<Role, string> = {
  notebook: "The notebook job",
  controller: "The controller",
  engines: "The engine array",
};

/** Lines of a log that are worth showing with an error. */
const tailLines = 12;

/** A lost job as an error: which one, why, and the last lines it logged. */
export async function describeLoss(tracker: Tracker, loss: Loss): Promise<HpcnbError> {
  const { record, jobs } = tracker.state;
  const id = jobs[loss.role]?.record.id;
  const log =
    record && tracker.context.workload.logPath(record.run, loss.role, loss.role === "engines" ? 1 : undefined);
  const tail = log ? await lastLines(tracker, log) : "";
  return new HpcnbError(
    "HPCNB_JOB_ENDED",
    `${roleNames[loss.role]}${id === undefined ? "" : ` (job ${id})`} is lost: ${loss.why}${/[.!?]$/.test(loss.why) ? "" : "."}${tail ? `\nIts last lines, from ${log}:\n${tail}` : ""}`,
    {
      hint: [
        loss.hint ??
          (tail
            ? `\`hpcnb logs ${loss.role === "engines" ? "engine 1" : loss.role}\` shows all that it said.`
            : "It has not logged a line."),
        loss.role === "notebook"
          ? "The session's other jobs are ended too; `hpcnb up` starts it again once the cause is mended."
          : "The notebook goes on; `hpcnb down` and `hpcnb up` start everything anew.",
      ].join("\n"),
    },
  );
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
