import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { xdgState } from "xdg-basedir";
import { tell } from "./print.js";
import { parseAddress } from "./session-address.js";

/** A session that was started or found from this machine. The truth about it lies with its notebooks; this is only how to find it again. */
export interface KnownSession {
  readonly name: string;
  /** Absolute path of its session file, or its address where there is none here. */
  readonly file: string;
  /** The run that it was in when it was last used from here. */
  readonly run?: string | undefined;
}

function stateDirectory(): string {
  return join(xdgState ?? join(homedir(), ".local", "state"), "hpcnb");
}

function directory(): string {
  return join(stateDirectory(), "sessions");
}

function pathOf(file: string): string {
  return join(directory(), `${shortHash(file)}.json`);
}

/** A session is remembered once, by what was used last; but a file, with which more can be done, is not given up for an address. */
export function rememberSession({ name, file, run }: KnownSession): void {
  warnIfNot("remembered", () => {
    mkdirSync(directory(), { recursive: true, mode: 0o700 });
    const same = knownSessions().filter((known) => known.run !== undefined && known.run === run);
    const kept = (parseAddress(file) && same.find((known) => !parseAddress(known.file))) || { name, file, run };
    const path = pathOf(kept.file);
    writeFileSync(`${path}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    for (const other of [file, ...same.map((known) => known.file)])
      if (other !== kept.file) rmSync(pathOf(other), { force: true });
  });
}

export function forgetSession({ name, file }: KnownSession): void {
  warnIfNot("forgotten", () => {
    rmSync(pathOf(file), { force: true });
    rmSync(pagePath(name), { force: true });
  });
}

/** Where `hpcnb open` puts the page that leads to a notebook, with its token. A name may come from a host: it names no path. */
export function pagePath(name: string): string {
  return join(stateDirectory(), "open", `${shortHash(name)}.html`);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Nothing is lost with this list, so nothing fails for it. */
function warnIfNot(done: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { message } = error as Error;
    tell(`Warning: the session was not ${done} in ${stateDirectory()}, for \`hpcnb list\`: ${message}`);
  }
}

/** Of the same name files first. */
function rank({ file }: KnownSession): number {
  return parseAddress(file) ? 1 : 0;
}

export function knownSessions(): KnownSession[] {
  let names: string[];
  try {
    names = readdirSync(directory());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(join(directory(), name), "utf8")) as KnownSession];
      } catch {
        // Another command removed it just now, or a full disk cut it short; the session itself is not affected.
        return [];
      }
    })
    .sort((one, other) => one.name.localeCompare(other.name) || rank(one) - rank(other));
}
