import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type Checked, checkJson } from "@hpcnb/core";
import type * as v from "valibot";
import { xdgState } from "xdg-basedir";

/** Bytes. */
const largestFile = 65_536;

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

/**
 * What `keep` has written, or what is wrong with it.
 * @throws when the file is not there or cannot be read.
 */
export function readKept<S extends v.GenericSchema>(schema: S, path: string): Checked<v.InferOutput<S>> {
  const file = statSync(path);
  if (!file.isFile() || file.size > largestFile) return { problem: "is not a small plain file" };
  return checkJson(schema, readFileSync(path, "utf8"));
}

/** The name of a file about something whose own name may have any characters, and any length. */
export function keptName(about: string): string {
  return `${createHash("sha256").update(about).digest("hex").slice(0, 16)}.json`;
}
