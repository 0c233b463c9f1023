/** One record of accounting, as `qacct -j` prints it: a line for each column. */
export type AccountingRecord = ReadonlyMap<string, string>;

/**
 * The number that a column begins with: exit codes and codes of failure are small, whatever else
 * stands there is none.
 */
export function numberIn(record: AccountingRecord, column: string): number | undefined {
  const digits = /^\d{1,4}(?=\s|$)/.exec(record.get(column) ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** All records of an answer, in its order. */
export function readRecords(text: string): AccountingRecord[] {
  const records: Map<string, string>[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("=====")) records.push(new Map());
    const space = line.indexOf(" ");
    if (space > 0) records.at(-1)?.set(line.slice(0, space), line.slice(space).trim());
  }
  return records;
}

/**
 * What was asked for with -l: in 8.1.9's records the `category`, in Open Cluster Scheduler's the
 * command line, with everything as it was typed. The last one counts.
 */
function requested(record: AccountingRecord, resource: string): string | undefined {
  const text = record.get("category") ?? record.get("submit_cmd_line") ?? "";
  const at = Math.max(...[" ", ","].map((before) => text.lastIndexOf(`${before}${resource}=`)));
  return at < 0 ? undefined : /^[\w.:]+/.exec(text.slice(at + resource.length + 2))?.[0];
}

/** "90" or "0:1:30" in seconds. */
function secondsIn(time: string | undefined): number | undefined {
  if (time === undefined || !/^[\d:]{1,20}$/.test(time)) return undefined;
  return time.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

/**
 * A job that is killed for its walltime is recorded like any that is killed; only its request and
 * its time tell.
 */
export function overran(record: AccountingRecord): string | undefined {
  const limit = secondsIn(requested(record, "h_rt"));
  const ran = Number.parseFloat(record.get("ru_wallclock") ?? "");
  return limit !== undefined && ran >= limit ? `its walltime of ${limit} s was reached` : undefined;
}

/** Open Cluster Scheduler tells who ended a job. */
export function deleted(record: AccountingRecord): string | undefined {
  const by = record.get("deleted_by");
  if (by === undefined) return undefined;
  return by.startsWith("execd@") ? "it exceeded a limit: h_rt, h_cpu or h_vmem" : `it was deleted by ${by}`;
}

/** Grid Engine warns a job by a signal, which ends a program that does not care for it. */
export function warned(record: AccountingRecord, signal: string | undefined): string | undefined {
  const reached = (limit: string) =>
    `a soft limit, ${[limit, requested(record, limit)].filter(Boolean).join("=")}, was reached`;
  if (signal === "SIGXCPU") return reached("s_cpu");
  if (signal === "SIGUSR2") return "Grid Engine's warning before its end or its suspension (-notify) ended it";
  if (signal !== "SIGUSR1") return undefined;
  if (requested(record, "s_rt") !== undefined) return reached("s_rt");
  return "Grid Engine's warning ended it: of a soft limit, s_rt, or before a suspension (-notify)";
}

const memoryLimits = ["h_vmem", "s_vmem", "h_data", "s_data", "h_as", "s_as"];
/** Bytes. Python with Jupyter maps more than this. */
const little = 1e9;

/** A program that may not map the memory it needs fails in many ways, as soon as it starts. */
export function starved(record: AccountingRecord): string | undefined {
  for (const resource of memoryLimits) {
    const limit = requested(record, resource);
    if (limit === undefined || !(bytesIn(limit) < little)) continue;
    const code = numberIn(record, "exit_status");
    return `it exited with code ${code}, perhaps because ${resource}=${limit} is too little for it: set \`memory\`, or look for ${resource} in the defaults (the site's sge_request, ~/.sge_request)`;
  }
  return undefined;
}

/** sge_types(1): "10M" and "10m", powers of 1024 and of 1000. NaN for anything else. */
function bytesIn(memory: string): number {
  const [, number, unit = ""] = /^(\d{1,15}(?:\.\d{1,9})?)([KMGTkmgt]?)$/.exec(memory) ?? [];
  const base = unit === unit.toUpperCase() ? 1024 : 1000;
  return number === undefined ? Number.NaN : Number(number) * base ** " KMGT".indexOf(unit.toUpperCase() || " ");
}
