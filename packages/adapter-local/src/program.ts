import { readFileSync } from "node:fs";
import { type Command, carryModules } from "@hpcnb/core";

/** The same place seen from src and from dist. */
const python = new URL("../python/", import.meta.url);

let start: string | undefined;

/**
 * A request to the scheduler's program as a command. The program travels on standard input, so that
 * nothing has to be installed on the host, and no job's script or name is ever seen in a list of
 * processes.
 */
export function requestCommand(request: Readonly<Record<string, unknown>>): Command {
  start ??= readFileSync(new URL("hpcnb_local/start.py", python), "utf8").trimEnd();
  const program = carryModules(python, ["hpcnb_local.main"]);
  return {
    // -I -S: neither the user's Python settings nor installed packages take part; -X utf8: nor does
    // the locale.
    argv: ["python3", "-I", "-S", "-X", "utf8", "-c", start, String(Buffer.byteLength(program))],
    stdin: program + JSON.stringify(request),
  };
}
