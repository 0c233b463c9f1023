import { HpcnbError } from "../errors.js";
import { logOf } from "./engine-arrays.js";
import { isLeft } from "./engines.js";
import { enginesIn, type Loss } from "./session-state.js";
import type { Tracker } from "./tracker.js";
import { troubledEngines, withLogs } from "./troubled-engines.js";

/** Lines of a log, and engines, that are worth showing with an error. */
const tailLines = 12;
const enginesShown = 3;

/** What was lost as an error: which job, why, and the last lines it logged. */
export async function describeLoss(tracker: Tracker, loss: Loss): Promise<HpcnbError> {
  const { role } = loss;
  return role === "engines" ? await describeEngines(tracker, loss) : await describeJob(tracker, { ...loss, role });
}

async function describeJob(
  tracker: Tracker,
  { role, why, hint }: Loss & { readonly role: "notebook" | "controller" },
): Promise<HpcnbError> {
  const { record, jobs } = tracker.state;
  const id = jobs[role]?.record.id;
  const which = record && logOf(record, role);
  const log = which && tracker.context.workload.logPath(which);
  const tail = log ? await lastLines(tracker, log) : "";
  return new HpcnbError(
    "HPCNB_JOB_ENDED",
    `The ${role === "notebook" ? "notebook job" : role}${id === undefined ? "" : ` (job ${id})`} is lost: ${sentence(why)}${tail ? `\nIts last lines, from ${log}:\n${tail}` : ""}`,
    {
      hint: [
        hint ?? (tail ? `\`hpcnb logs ${role}\` shows the whole log.` : "It has not logged a line."),
        role === "notebook"
          ? "The session's other jobs are ended too; `hpcnb up` starts it again once the cause is removed."
          : "The notebook goes on; `hpcnb up` starts new ones.",
      ].join("\n"),
    },
  );
}

/** The first few: the others mostly say the same. */
async function describeEngines(tracker: Tracker, { why }: Loss): Promise<HpcnbError> {
  const missing = new Set(
    enginesIn(tracker.state)
      .filter((engine) => !isLeft(engine))
      .map(({ number }) => number),
  );
  const differences = troubledEngines(tracker.state).filter(({ engine }) => missing.has(engine));
  const shown = await withLogs(tracker, differences.slice(0, enginesShown));
  const lines = shown.map(
    ({ engine, host, problem, log }) =>
      `  engine ${engine}${host === undefined ? "" : ` on ${host}`}: ${problem}${log === undefined ? "" : `; its log: ${log}`}`,
  );
  if (differences.length > shown.length) lines.push(`  ... and ${differences.length - shown.length} more`);
  const [first] = shown;
  return new HpcnbError("HPCNB_JOB_ENDED", [`Too few engines: ${sentence(why)}`, ...lines].join("\n"), {
    hint: `${first ? `\`hpcnb logs engine ${first.engine}\` shows the whole log.\n` : ""}The notebook goes on; \`hpcnb up\` starts new ones.`,
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
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
