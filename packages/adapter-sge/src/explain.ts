import type { JobId } from "@hpcnb/core";

const collectsNone =
  "Grid Engine gives no reason: this site does not collect them (schedd_job_info is off in its scheduler's configuration).";

/** The reasons in the answer of `qstat -j`: of an error first, else of waiting. */
export function parseExplain(text: string, id: JobId): string[] {
  const lines = text.split("\n");

  const errors = lines.map((line) => /^error[ _]reason\s+(\d+):\s+(.*)$/.exec(line)).filter((match) => match !== null);
  if (errors.length > 0) {
    const clear = `(once the cause is removed, \`qmod -cj ${id}\` clears the error of a job that is still there)`;
    // "11/23/2026 01:02:03 [1000:4711]: error: can't ...": time, user and process say nothing here.
    return [...errors.map(([, , reason = ""]) => reason.replace(/^\S+ \S+ \[\d+:\d+\]: /, "")), clear];
  }
  // For a running job, a full queue is no reason. In an array other tasks may wait: `qstat -j` does
  // not say which ones.
  const isArray = lines.some((line) => line.startsWith("job-array tasks:"));
  if (!isArray && lines.some((line) => /^usage\s+\d+:/.test(line))) return [];

  const start = lines.findIndex((line) => line.startsWith("scheduling info:"));
  const end = lines.findIndex((line, index) => index > start && !/^\s/.test(line));
  const info = start < 0 ? [] : lines.slice(start, end < 0 ? undefined : end);
  const words = info.map((line) => line.replace(/^scheduling info:/, "").trim());
  const collects = !words.some((line) => /^\(?Collecting of scheduler job information is turned off/.test(line));
  const reasons = words.filter((line) => !/^\(?(There are )?no messages/i.test(line));
  return [...lines.flatMap(delayIn), ...(collects ? reasons : [collectsNone])];
}

/** What the job itself says of its beginning: also where nobody typed it, but a default did. */
function delayIn(line: string): string[] {
  const [, what, value] = /^(execution_time|jid_predecessor_list):\s+(\S.*)$/.exec(line) ?? [];
  if (value === undefined) return [];
  return [
    what === "execution_time" ? `it may not start before ${value} (-a)` : `it waits for job ${value} (-hold_jid)`,
  ];
}
