import { LogReader, type LogSource } from "@hpcnb/client";
import { numbersIn } from "@hpcnb/core";
import {
  arraysOf,
  type LogOf,
  logOf,
  type Role,
  type SessionContext,
  type SessionRecord,
  type Tracker,
} from "@hpcnb/core/session";
import { createLinePrinter, tell } from "../printing/print.js";

/** So many are named that have no log yet. */
const mostNamed = 5;

/** Prints several logs of a session as one, each line with its origin. */
export async function printAll(options: {
  readonly tracker: Tracker;
  readonly context: SessionContext;
  readonly which: "all" | "engines";
  readonly lines: number | "all";
  /** Between two looks for new lines; undefined for one look. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { tracker, context, which, lines, everyMs, signal } = options;
  const sources = (record: SessionRecord | undefined): LogSource[] =>
    record ? sourcesOf(record, which, (log) => context.workload.logPath(log)) : [];
  let current = sources(await tracker.readRecord());
  const print = createLinePrinter(current.map(({ origin }) => origin));
  const reader = new LogReader(context.host, signal);
  const missing = lines === "all" ? [] : await reader.begin(current, lines, print);
  if (missing.length > 0) {
    const named = missing.slice(0, mostNamed).map(({ origin }) => origin);
    const others = missing.length > mostNamed ? ` and ${missing.length - mostNamed} others` : "";
    tell(`Nothing yet from ${named.join(", ")}${others}: a log appears once its job has started.`);
  }
  await reader.readOn(current, print);
  for (let isOver = false; everyMs !== undefined && !isOver; ) {
    await context.clock.sleep(everyMs, signal);
    // Asked first, so that the last lines are not missed. Engines that were added meanwhile are
    // read too.
    const record = await tracker.readRecord();
    isOver = record?.ended !== undefined;
    if (record) current = sources(record);
    await reader.readOn(current, print);
  }
  await reader.end(current, print);
}

function sourcesOf(record: SessionRecord, which: "all" | "engines", pathOf: (log: LogOf) => string): LogSource[] {
  const source = (origin: string, role: Role, engine?: number): LogSource[] => {
    const log = logOf(record, role, engine);
    return log ? [{ origin, path: pathOf(log) }] : [];
  };
  const numbers = numbersIn(arraysOf(record));
  const engines = numbers.flatMap((engine) => source(`engine ${engine}`, "engines", engine));
  if (which === "engines") return engines;
  return [...source("notebook", "notebook"), ...source("controller", "controller"), ...engines];
}
