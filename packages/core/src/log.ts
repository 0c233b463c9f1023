import { displayArgv } from "./command.js";
import type { CommandResult } from "./host.js";

/**
 * Takes a line about what is done for the user, for those who want to see it. Secrets do not belong
 * there: it may end in a file that others read.
 */
export type Log = (line: string) => void;

type End = Pick<CommandResult, "exitCode" | "signal">;

/**
 * Runs a command, and tells the log what was run, for how long, and how it ended. What it read and
 * what it printed is not told: that may be secret, and an argv never is.
 */
export async function logged<T extends End>(
  log: Log | undefined,
  { where, argv }: { readonly where: string; readonly argv: readonly string[] },
  work: () => Promise<T>,
): Promise<T> {
  if (!log) return work();
  const begun = performance.now();
  const tell = (end: string) =>
    log(`${where}: ${displayArgv(argv)}: ${end} after ${((performance.now() - begun) / 1000).toFixed(2)} s`);
  try {
    const result = await work();
    tell(endOf(result));
    return result;
  } catch (error) {
    tell(error instanceof Error && "code" in error ? String(error.code) : "failed");
    throw error;
  }
}

function endOf({ exitCode, signal }: End): string {
  return exitCode === null ? `ended by ${signal ?? "a signal"}` : `exit code ${exitCode}`;
}
