import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { shellWord } from "@hpcnb/core";
import type { Problem, SessionSource } from "@hpcnb/core/session-file";

/**
 * A virtual environment that is missing on this machine. For `validate` only: `up` asks the Python
 * itself, and a session that runs is ended without it.
 */
export function venvProblems({ session, problemAt }: SessionSource): Problem[] {
  const venv = session?.notebook.environment.venv;
  if (!session || session.host !== undefined || venv === undefined) return [];
  const path = venv.startsWith("~/") ? join(homedir(), venv.slice(2)) : resolve(session.notebook.directory, venv);
  const python = join(path, "bin", "python");
  if (existsSync(python)) return [];
  const problem = existsSync(path)
    ? `is no virtual environment: ${python} is missing`
    : `does not exist: ${path}; \`python3 -m venv ${shellWord(path)}\` makes it`;
  return [problemAt("/notebook/environment/venv", `notebook.environment.venv ${problem}`)];
}
