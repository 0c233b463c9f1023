import { findStart, type LogFile, pieceSize, readPiece } from "@hpcnb/client";
import { HpcnbError, isHpcnbError, suggest } from "@hpcnb/core";
import {
  type LogOf,
  lastEngine,
  logOf,
  openTracker,
  type Role,
  runsDirectory,
  type SessionContext,
  type SessionRecord,
  type Tracker,
  whyNoRecord,
} from "@hpcnb/core/session";
import { withSession } from "../opening/with-session.js";
import type { TextOutcome } from "../printing/outcome.js";
import { createLogPrinter, tell } from "../printing/print.js";

export interface LogsOptions {
  /** `[session] [notebook | controller | engine K | engines | all]` */
  readonly words: readonly string[];
  readonly follow: boolean;
  /** A number of lines, or "all". */
  readonly tail: string | undefined;
  readonly signal: AbortSignal;
}

/** Between two looks for new lines. */
const followEveryMs = 1_000;

/** Where all logs are shown at once, and nothing else is asked for. */
const linesOfEach = 20;

/** Prints a log as it comes. */
export async function logs({ words, follow, tail, signal }: LogsOptions): Promise<TextOutcome> {
  const { session: argument, which, engine } = parseLogWords(words);
  const lines = parseTail(tail);
  try {
    await withSession(argument, async ({ context }) => {
      const tracker = await openTracker(context, "look", signal);
      const record = await startedRecord(tracker, context.session.name);
      if (which === "all" || (which === "engines" && engine === undefined)) {
        const { printAll } = await import("./logs-of-all.js");
        await printAll({
          tracker,
          context,
          which,
          lines: lines ?? linesOfEach,
          everyMs: follow ? followEveryMs : undefined,
          signal,
        });
        return;
      }
      const path = context.workload.logPath(expectLog(record, which, engine));
      await printOne({ file: { host: context.host, path, signal }, tracker, context, lines, follow });
    });
  } catch (error) {
    // Ctrl-C is how a person ends it.
    if (!follow || !signal.aborted || !isHpcnbError(error, "HPCNB_ABORTED")) throw error;
    if (process.stderr.isTTY) tell();
  }
  return {};
}

/** @throws HPCNB_NO_SESSION when the session was never started, or has ended without its record. */
async function startedRecord(tracker: Tracker, name: string): Promise<SessionRecord> {
  const record = await tracker.readRecord();
  if (record) return record;
  const runs = await tracker.lookForStrays();
  const what =
    runs.own.size === 0
      ? `${name} was never started: it has no logs.`
      : `${name} has ended, and its record is gone. Its logs are below ${runsDirectory(tracker.directory)}, if they are left.`;
  throw (
    whyNoRecord(tracker.state) ?? new HpcnbError("HPCNB_NO_SESSION", what, { hint: "`hpcnb up` starts the session." })
  );
}

async function printOne(options: {
  readonly file: LogFile;
  readonly tracker: Tracker;
  readonly context: SessionContext;
  readonly lines: number | "all" | undefined;
  readonly follow: boolean;
}): Promise<void> {
  const { file, tracker, context, lines, follow } = options;
  const out = createLogPrinter();
  try {
    let at = await begin(file, lines);
    at = await printFrom(file, at, out.print);
    for (let isOver = false; follow && !isOver; ) {
      await context.clock.sleep(followEveryMs, file.signal);
      // Asked first, so that the last lines are not missed.
      isOver = (await tracker.readRecord())?.ended !== undefined;
      at = await printFrom(file, at, out.print);
    }
  } finally {
    await out.end();
  }
}

/** Finds where to begin, and says what is left out. */
async function begin(file: LogFile, lines: number | "all" | undefined): Promise<number> {
  const piece = await readPiece(file, 0, 0);
  if (!piece) tell(`Nothing yet: ${file.path} appears once the job has started.`);
  if (!piece || lines === "all") return 0;
  const start = await findStart(file, piece.size, lines);
  if (start > 0 && lines === undefined)
    tell(`Left out: the first ${Math.ceil(start / 2 ** 20)} MB of ${file.path}. \`--tail all\` prints them too.`);
  return start;
}

/** Prints all that a log has from here on, piece by piece. @returns where it ends now. */
async function printFrom(file: LogFile, from: number, print: (bytes: Buffer) => Promise<void>): Promise<number> {
  let at = from;
  for (;;) {
    const piece = await readPiece(file, at);
    if (!piece) return at;
    if (piece.size < at) {
      tell(`${file.path} has become shorter meanwhile. It follows from its beginning.`);
      at = 0;
      continue;
    }
    await print(piece.bytes);
    at += piece.bytes.length;
    if (piece.bytes.length < pieceSize) return at;
  }
}

/** @throws HPCNB_BAD_ARGUMENTS */
export function parseTail(tail: string | undefined): number | "all" | undefined {
  if (tail === undefined || tail === "all") return tail;
  if (/^\d{1,9}$/.test(tail)) return Number(tail);
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `--tail must be a number of lines, or all, but was "${tail}".`);
}

/** @throws HPCNB_BAD_ARGUMENTS when there is no such job. */
function expectLog(record: SessionRecord, role: Role, engine: number | undefined): LogOf {
  const log = logOf(record, role, engine);
  if (log) return log;
  const { name } = record;
  if (!record.cluster)
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} has no ${role}: it was started without a cluster.`);
  const engines = `its engines are 1 to ${lastEngine(record)}`;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} has no engine ${engine}: ${engines}.`, {
    hint: "ipyparallel counts from 0: its engine 0 is engine 1 here.",
  });
}

/** @throws HPCNB_BAD_ARGUMENTS */
export function parseLogWords(words: readonly string[]): {
  session: string | undefined;
  which: Role | "all";
  engine?: number;
} {
  const rest = [...words];
  const isKind = (word: string | undefined) => word !== undefined && /^(notebook|controller|engines?|all)$/.test(word);
  const session = rest.length > 0 && !isKind(rest[0]) ? rest.shift() : undefined;
  const kind = rest.shift() ?? "notebook";
  const [number, ...more] = rest;
  if (kind === "notebook" || kind === "controller" || kind === "all" || kind === "engines") {
    if (number === undefined) return { session, which: kind };
  }
  if (/^engines?$/.test(kind) && number !== undefined && more.length === 0) {
    if (number === "0") throw noEngineZero();
    if (/^[1-9]\d{0,6}$/.test(number)) return { session, which: "engines", engine: Number(number) };
  }
  const near = isKind(kind) ? "" : suggest(kind, ["notebook", "controller", "engine", "all"]);
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `"${words.join(" ")}" names no log${near || "."}`, {
    hint: "Use: hpcnb logs [session] [notebook | controller | engine K | engines | all], with K counted from 1.",
  });
}

function noEngineZero(): HpcnbError {
  return new HpcnbError("HPCNB_BAD_ARGUMENTS", "There is no engine 0: hpcnb counts engines from 1.", {
    hint: "ipyparallel counts from 0: the engine 0 of `client.ids` is engine 1 here, and its HPCNB_ENGINE is 1.",
  });
}
