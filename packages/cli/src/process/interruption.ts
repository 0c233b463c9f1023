import { exitCodes } from "./exit-codes.js";

const interruption = new AbortController();
let listens = false;

/** Is aborted by the first Ctrl-C or SIGTERM that comes after `listen`. */
export const signal: AbortSignal = interruption.signal;

/**
 * From here on the first Ctrl-C or SIGTERM lets the command say how to come back, and a second one
 * ends it at once. Before a command works with a host it has nothing to say, and reads files of
 * this machine without a pause in which a signal could be heard: the system's own way of ending it
 * works in a file system that hangs, too.
 */
export function listen(): void {
  if (listens) return;
  listens = true;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (signal.aborted) endNow(exitCodes.interrupted);
      interruption.abort();
    });
  }
}

let isDone = false;

/** Node's own code for a program that has nothing to wait for any more, and yet has not ended. */
const unsettled = 13;

/** From here on a process that ends before `endWithoutFiles` has failed. */
export function endWhenDone(): void {
  process.once("beforeExit", () => {
    if (!isDone) process.exitCode = unsettled;
  });
}

/** What ends by itself has done so long before. */
const lastWaitMs = 1_000;

/**
 * To be called when the command has nothing left to do. The process ends as soon as nothing keeps
 * it, but a thread that waits for a dead file system would keep it alive without end.
 */
export function endWithoutFiles(): void {
  isDone = true;
  const isLate = () => {
    if (waitsForFiles()) endNow(process.exitCode);
  };
  setTimeout(isLate, lastWaitMs).unref();
}

function endNow(code: typeof process.exitCode): void {
  // Exiting waits for threads, too.
  if (waitsForFiles()) process.on("exit", () => process.kill(process.pid, "SIGKILL"));
  process.exit(code);
}

function waitsForFiles(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"));
}
