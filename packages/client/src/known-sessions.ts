import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  absolutePathSchema,
  lineSchema,
  portSchema,
  runIdSchema,
  sessionNameSchema,
  sessionStateNames,
} from "@hpcnb/core";
import type { RememberedRun } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import * as v from "valibot";
import { parseAddress } from "./session-address.js";
import { keep, keptName, readKept, stateDirectory } from "./state-directory.js";

/** Told what went wrong with what this machine remembers. Nothing fails for it. */
export type Warn = (sentence: string) => void;

const knownSessionSchema = v.object({
  name: sessionNameSchema,
  /** Absolute path of its session file, or its address where there is none here. */
  file: v.pipe(lineSchema, v.minLength(1)),
  /**
   * The run that it was in when it was last used from here, on which host, and its notebook
   * directory there.
   */
  run: v.exactOptional(runIdSchema),
  host: v.exactOptional(v.pipe(lineSchema, v.regex(/^[A-Za-z0-9_]/))),
  directory: v.exactOptional(absolutePathSchema),
  /** On this machine, where a browser reached that run last. */
  port: v.exactOptional(portSchema),
  /** The site that completed its file. */
  site: v.exactOptional(lineSchema),
  /** What it was started with: a plugin, and the file that relative paths start at. */
  scheduler: v.exactOptional(v.object({ plugin: lineSchema, from: lineSchema })),
  /**
   * How and when it ended, as far as this machine has seen: it is kept so that it is found and
   * started again.
   */
  ended: v.exactOptional(v.object({ at: lineSchema, state: v.picklist(sessionStateNames) })),
});

/**
 * A session that was started or found from this machine. The truth about it lies with its
 * notebooks; this is only how to find it again.
 */
export type KnownSession = v.InferOutput<typeof knownSessionSchema>;

/** So many ended sessions are kept, the newest ones. */
const mostEnded = 20;

type Remembered = { readonly [K in keyof KnownSession]: KnownSession[K] | undefined } & Pick<
  KnownSession,
  "name" | "file"
>;

function sessionsDirectory(): string {
  return join(stateDirectory(), "sessions");
}

function pathOf(file: string): string {
  return join(sessionsDirectory(), keptName(file));
}

/**
 * A session is remembered once, by what was used last; but a file, with which more can be done, is
 * not given up for an address.
 */
export function rememberSession(
  {
    name,
    file,
    site,
    scheduler,
    ...seen
  }: Pick<Session, "name" | "file"> &
    Partial<Pick<Session, "host" | "site" | "scheduler">> & {
      readonly run?: string | undefined;
      readonly directory?: string;
      readonly port?: number | undefined;
    },
  warn: Warn,
): void {
  warnIfNot("remembered", warn, () => {
    const same = knownSessions(warn).filter(({ run }) => run !== undefined && run === seen.run);
    const from = site?.schedulerFrom ?? file;
    const itself = { name, file, site: site?.name, scheduler: scheduler && { plugin: scheduler.plugin, from } };
    const known = (parseAddress(file) && same.find((other) => !parseAddress(other.file))) || itself;
    const { run, host, directory } = seen;
    const port = seen.port ?? same.find((one) => one.port !== undefined)?.port;
    write({ ...absent, ...known, run, host, directory, port, ended: undefined });
    for (const other of [file, ...same.map((one) => one.file)])
      if (other !== known.file) rmSync(pathOf(other), { force: true });
  });
}

/** Replaces what is remembered of it. */
function write(known: Remembered): void {
  keep(pathOf(known.file), known);
}

/**
 * A session that has ended stays in the list, with how it ended; of those that ended long ago, the
 * oldest go.
 */
export function rememberEnd(
  session: Pick<Session, "name" | "file">,
  ended: NonNullable<KnownSession["ended"]>,
  warn: Warn,
): void {
  warnIfNot("remembered", warn, () => {
    const known = knownSessions(warn);
    const before = known.find(({ file }) => file === session.file);
    if (!before) return;
    write({ ...absent, ...before, ended });
    const older = known.filter((other) => other.ended && other.file !== session.file).sort(byEnd);
    for (const { file } of older.slice(mostEnded - 1)) rmSync(pathOf(file), { force: true });
  });
}

const absent = {
  ...{ run: undefined, host: undefined, directory: undefined, port: undefined },
  ...{ site: undefined, scheduler: undefined, ended: undefined },
};

function byEnd(one: KnownSession, other: KnownSession): number {
  return (other.ended?.at ?? "").localeCompare(one.ended?.at ?? "");
}

/** Nothing is lost with this list, so nothing fails for it. */
function warnIfNot(done: string, warn: Warn, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { message } = error as Error;
    warn(`Warning: the session was not ${done} in ${stateDirectory()}, for \`hpcnb list\`: ${message}`);
  }
}

/** Files come before other words of the same name. */
function rank({ file }: KnownSession): number {
  return parseAddress(file) ? 1 : 0;
}

export function knownSessions(warn: Warn): KnownSession[] {
  let names: string[];
  try {
    names = readdirSync(sessionsDirectory());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readKnown(join(sessionsDirectory(), name), warn) ?? [])
    .sort((one, other) => one.name.localeCompare(other.name) || rank(one) - rank(other));
}

/**
 * The runs that were met from here on a session's host: `undefined` is this machine. No command
 * fails for what cannot be read here.
 */
export function rememberedRuns(host: string | undefined, warn: Warn): RememberedRun[] {
  let known: KnownSession[];
  try {
    known = knownSessions(warn);
  } catch (error) {
    warn(`Warning: this machine's list of sessions cannot be read: ${(error as Error).message}`);
    return [];
  }
  return known.flatMap(({ run, host: knownHost, directory, ended }) =>
    run !== undefined && directory !== undefined && knownHost === host && !ended ? [{ run, directory }] : [],
  );
}

/** Where a browser on this machine reached a run last, whatever has become of the way there. */
export function rememberedPort(run: string, warn: Warn): number | undefined {
  return knownSessions(warn).find((known) => known.run === run && known.port !== undefined)?.port;
}

/**
 * A session by its file, as it was last used from here, if it goes on: `host` and `directory` are
 * those of its record.
 */
export function rememberedSession(
  file: string,
  warn: Warn,
): (KnownSession & { readonly directory: string }) | undefined {
  const known = knownSessions(warn).find((one) => one.file === file && !one.ended);
  const { directory } = known ?? {};
  return known && directory !== undefined ? { ...known, directory } : undefined;
}

/**
 * A full disk may have cut a file short; the session itself is not affected, and the others are not
 * either.
 */
function readKnown(path: string, warn: Warn): KnownSession | undefined {
  let problem: string;
  try {
    const checked = readKept(knownSessionSchema, path);
    if (checked.problem === undefined) return checked.value;
    problem = checked.problem;
  } catch (error) {
    // Another command removed it just now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    problem = (error as Error).message;
  }
  warn(`Warning: ${path}, which remembers a session for \`hpcnb list\`, is damaged (${problem}). It may be removed.`);
  return undefined;
}
