import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built program, as it is installed. */
export const cliProgram = fileURLToPath(new URL("../../packages/cli/bin/hpcnb.js", import.meta.url));

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built hpcnb as a user's shell would. */
export function hpcnb(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {},
): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [cliProgram, ...args],
      {
        env: { ...process.env, CI: "true", ...options.env },
        cwd: options.cwd,
        timeout: 240_000,
        maxBuffer: 50_000_000,
      },
      (error, stdout, stderr) => {
        const exitCode = error ? (typeof error.code === "number" ? error.code : -1) : 0;
        resolve({ exitCode, stdout, stderr });
      },
    );
    child.stdin?.end(options.stdin ?? "");
  });
}
