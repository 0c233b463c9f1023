import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { xdgState } from "xdg-basedir";

/** A session that was started or found from this machine. The truth about it lies with its notebooks; this is only how to find it again. */
export interface KnownSession {
  readonly name: string;
  /** Absolute path of its session file. */
  readonly file: string;
}

function stateDirectory(): string {
  return join(xdgState ?? join(homedir(), ".local", "state"), "hpcnb");
}

function directory(): string {
  return join(stateDirectory(), "sessions");
}

function pathOf(file: string): string {
  return join(directory(), `${createHash("sha256").update(file).digest("hex").slice(0, 16)}.json`);
}

export function rememberSession({ name, file }: KnownSession): void {
  warnIfNot("remembered", () => {
    mkdirSync(directory(), { recursive: true, mode: 0o700 });
    const path = pathOf(file);
    writeFileSync(`${path}.new`, JSON.stringify({ name, file }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  });
}

export function forgetSession({ name, file }: KnownSession): void {
  warnIfNot("forgotten", () => {
    rmSync(pathOf(file), { force: true });
    rmSync(pagePath(name), { force: true });
  });
}

/** Where `hpcnb open` puts the page that leads to a notebook, with its token. */
export function pagePath(name: string): string {
  return join(stateDirectory(), "open", `${name}.html`);
}

/** Nothing is lost with this list, so nothing fails for it. */
function warnIfNot(done: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `Warning: the session was not ${done} in ${stateDirectory()}, for \`hpcnb list\`: ${message}\n`,
    );
  }
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
    .sort((one, other) => one.name.localeCompare(other.name));
}
