import { readdirSync, readFileSync } from "node:fs";

export interface Seen {
  readonly pid: number;
  readonly command: string;
  readonly environment: string;
}

/**
 * Every process of this machine that has `mark` in its arguments, environment or working
 * directory's files (Linux).
 */
export function processesWith(mark: string): Seen[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      command: read(`/proc/${name}/cmdline`),
      environment: read(`/proc/${name}/environ`),
    }))
    .filter(({ command, environment }) => command.includes(mark) || environment.includes(mark));
}

/** Processes come and go, and those of others cannot be looked into. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8").replaceAll("\0", " ");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return "";
    throw error;
  }
}
