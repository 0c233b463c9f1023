import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { xdgState } from "xdg-basedir";

/** What this machine remembers for this user. Nothing but convenience is lost with it. */
export function stateDirectory(): string {
  return join(xdgState ?? join(homedir(), ".local", "state"), "hpcnb");
}

/**
 * Writes a file there, for this user alone. A new text that a full disk cuts short replaces
 * nothing.
 */
export function keep(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
