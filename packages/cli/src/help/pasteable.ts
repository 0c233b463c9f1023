import { existsSync } from "node:fs";
import { knownSessions } from "@hpcnb/client/files";
import { shellWord } from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";
import { tell } from "../printing/print.js";

/** A command of ours as it can be pasted into a shell. */
export function typed(...words: readonly string[]): string {
  // npm says so in the environment of what it runs; there may be no `hpcnb` on the path then.
  const program = process.env.npm_lifecycle_event === "npx" ? "npx hpcnb" : "hpcnb";
  return [program, ...words.map(shellWord)].join(" ");
}

/**
 * The shortest word that leads to the session from any folder: its name where that is known and
 * means nothing else.
 */
export function wordFor({ name, file }: Pick<Session, "name" | "file">): string {
  const called = knownSessions(tell).filter((known) => known.name === name);
  return called.length === 1 && called[0]?.file === file && !existsSync(name) ? name : file;
}
