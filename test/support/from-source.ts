import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

export interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** With all that it has said, once its pipes are closed. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Starts a program as this test's own process was started: from source. */
export function startFromSource(
  words: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Started {
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  return { child, ended: once(child, "close").then(([exitCode]) => ({ exitCode, ...said })) };
}
