import { readFileSync } from "node:fs";
import type { Command } from "@hpcnb/core";

/** One text for Python, in this order; the same place seen from src and from dist. */
const parts = ["processes", "files", "locks", "tasks", "supervisor", "spool", "job", "submit", "changes", "verbs"];

/** Runs as much of standard input as it is told; that program finds the rest there. */
const bootstrap =
  'import sys; exec(compile(sys.stdin.buffer.read(int(sys.argv[1])), "<hpcnb local scheduler>", "exec"))';

let program: string | undefined;

/**
 * A request to the scheduler's program as a command. The program travels on standard input, so that
 * nothing has to be installed on the host, and no job's script or name is ever seen in a list of
 * processes.
 */
export function requestCommand(request: Readonly<Record<string, unknown>>): Command {
  program ??= parts.map((name) => readFileSync(new URL(`../python/${name}.py`, import.meta.url), "utf8")).join("\n");
  return {
    // -I -S: neither the user's Python settings nor installed packages take part; -X utf8: nor does
    // the locale.
    argv: ["python3", "-I", "-S", "-X", "utf8", "-c", bootstrap, String(Buffer.byteLength(program))],
    stdin: program + JSON.stringify(request),
  };
}
