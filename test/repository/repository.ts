import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs one of the repository's development tools to its end, whatever its exit code. */
export function runProgram(cwd: string, name: string, args: readonly string[]) {
  return runCommand(cwd, join(root, "node_modules/.bin", name), args);
}

/** Runs a program to its end, whatever its exit code; `output` is its stdout, then its stderr. */
export function runCommand(cwd: string, file: string, args: readonly string[]) {
  return new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
    execFile(file, args, { cwd, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ exitCode: Number(error?.code ?? 0), output: `${stdout}${stderr}` });
    });
  });
}

/** Every line of every tracked text file that matches, as `file:line:text`. */
export async function grepTracked(perlRegExp: string, ...pathspecs: string[]): Promise<string[]> {
  const { exitCode, output } = await runCommand(root, "git", ["grep", "-InP", perlRegExp, "--", ...pathspecs]);
  if (exitCode > 1) throw new Error(output);
  return output.split("\n").filter(Boolean);
}

/** Those that git knows and those that it would add, from the root. */
export async function trackedFiles(...pathspecs: string[]): Promise<string[]> {
  const listing = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...pathspecs];
  const { exitCode, output } = await runCommand(root, "git", listing);
  if (exitCode !== 0) throw new Error(output);
  return output.split("\n").filter(Boolean);
}
