import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { hostname } from "node:os";
import { aborted, HpcnbError, type Lock, limitedSignal } from "@hpcnb/core";
import { silentFile } from "./cannot-write.js";

/** The answer about a lock must come within this time, and it must be let go within it. */
const lockTimeoutMs = 30_000;
/** See `giveUp`. */
const giveUpDelayMs = 1_000;

/** For others who want the lock. */
export function thisProcess(): string {
  const since = new Date().toISOString().replace(/\.\d+/, "");
  return `pid ${process.pid} on ${hostname()} since ${since}`;
}

/**
 * Waits for the answer, or for the child's end; kills the child when its time is up or the caller
 * goes away.
 */
export async function untilAnswer(
  child: ChildProcess,
  { path, answered, closed, signal }: Awaited & { readonly path: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const limit = limitedSignal(lockTimeoutMs, signal);
  const late = new Promise<void>((resolve) => {
    if (limit.aborted) resolve();
    limit.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([answered, closed, late]);
  if (!limit.aborted) return;
  child.kill("SIGKILL");
  await giveUp(child, closed);
  if (signal?.aborted) throw aborted(signal);
  throw silentFile(`There was no answer about the lock ${path}`, lockTimeoutMs);
}

interface Awaited {
  readonly answered: Promise<unknown>;
  readonly closed: Promise<unknown>;
}

/**
 * Waits for the end of a child that was killed, but not for one that a dead file system keeps from
 * ending.
 */
async function giveUp(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, giveUpDelayMs);
  });
  await Promise.race([closed, enough]);
  clearTimeout(timer);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  child.unref();
}

/**
 * The lock that `child` holds for as long as its input goes on. `expectHeld` is called once it has
 * ended, and throws when it had ended before.
 */
export function heldBy(child: ChildProcessWithoutNullStreams, closed: Promise<unknown>, expectHeld: () => void): Lock {
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as Pick<ChildProcess, "ref" | "unref">[];
  // Holding a lock is no reason to stay alive; waiting for its release is.
  for (const handle of handles) handle.unref();
  let released: Promise<void> | undefined;
  return {
    release: () => {
      released ??= (async () => {
        for (const handle of handles) handle.ref();
        child.stdin.end();
        await untilReleased(child, closed);
        expectHeld();
      })();
      return released;
    },
  };
}

/** Waits for the end of a holder whose input has ended. */
async function untilReleased(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(giveUp(child, closed));
    }, lockTimeoutMs);
  });
  await Promise.race([closed, late]);
  clearTimeout(timer);
}

export function busy(path: string, answer: string): HpcnbError {
  return new HpcnbError("HPCNB_BUSY", `${path} is locked by ${answer.slice("busy ".length)}.`, { transient: true });
}

/** What is thrown by `release` when the holder had ended before. `said` is its last word. */
export function lostLock(path: string, said: string): HpcnbError {
  const why = said.trim() || "its holder, or the connection to it, ended";
  return new HpcnbError("HPCNB_COMMAND_FAILED", `The lock ${path} was lost while it was held: ${why}.`);
}
