import { type AccountingRecord, numberIn } from "./accounting.js";

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
  const asked = (resource: string) => {
    const value = requested(record, resource);
    return value === undefined ? "" : `, ${resource}=${value},`;
  };
  if (signal === "SIGXCPU") return `a soft limit${asked("s_cpu") || ", s_cpu,"} was reached`;
  if (signal === "SIGUSR1")
    return asked("s_rt") === ""
      ? "Grid Engine's warning ended it: of a soft limit, s_rt, or before a suspension (-notify)"
      : `a soft limit${asked("s_rt")} was reached`;
  if (signal === "SIGUSR2") return "Grid Engine's warning before its end or its suspension (-notify) ended it";
  return undefined;
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
