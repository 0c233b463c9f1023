import { spawn } from "node:child_process";
import { once } from "node:events";
import { aborted, HpcnbError, type Log, limitedSignal, logged, throwIfAborted } from "@hpcnb/core";
import { collectOutput } from "../local/output.js";
import { notStarted, ownEnvironment } from "../local/run.js";
import { mayAskNow } from "./asking.js";

export interface ClientEnd {
  /** null: a signal ended it. ssh itself failed: 255. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientOptions {
  /** The terminal is its own: it may ask there. */
  readonly interactive: boolean;
  /** Is told what an interactive client says on stderr, as it comes. */
  readonly hear?: ((text: string) => void) | undefined;
  /**
   * Is told, every few seconds, for how long the client has come to no end; not while it asks.
   */
  readonly silent?: ((silentMs: number) => void) | undefined;
  /** A process stays behind: what is said after the client's end is not waited for. */
  readonly leavesProcess?: boolean;
  readonly limitMs?: number;
  readonly log?: Log | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The last output of a client may arrive this long after its end. A process on its way may keep the
 * pipe open longer.
 */
const outputLimitMs = 1_000;

/** After this a client that has come to no end is worth a word, and then another. */
const firstSilenceMs = 1_000;
const laterSilenceMs = 5_000;

/**
 * Runs an ssh that is to do something itself (log in, ask a shared connection), and not to run a
 * command of ours.
 */
export async function runClient(args: readonly string[], options: ClientOptions): Promise<ClientEnd> {
  const end = logged(options.log, { where: "here", argv: ["ssh", ...args] }, async () => {
    const client = await untilEnd(args, options);
    return { ...client, exitCode: client.code };
  });
  const { code, stdout, stderr } = await end;
  return { code, stdout, stderr };
}

async function untilEnd(args: readonly string[], options: ClientOptions): Promise<ClientEnd> {
  const { interactive, limitMs, signal } = options;
  throwIfAborted(signal);
  const child = spawn("ssh", args, {
    stdio: [interactive ? "inherit" : "ignore", "pipe", "pipe"],
    detached: !interactive,
    env: ownEnvironment(),
  });
  // "Permission denied, please try again." belongs before the next question.
  const hear = (name: string, text: string) => interactive && name === "stderr" && options.hear?.(text);
  const said = collectOutput(child, { hear });
  const watching = watchSilence(child.pid, options);
  const stop = () => child.kill();
  const timeout = limitMs === undefined ? undefined : limitedSignal(limitMs);
  for (const each of [timeout, signal]) each?.addEventListener("abort", stop);
  try {
    const closed = once(child, "close").catch((error: NodeJS.ErrnoException) => error);
    const [code] = (await once(child, "exit").catch(async (error: NodeJS.ErrnoException) => {
      throw await notStarted("ssh", { code: error.code, cwd: undefined, cause: error });
    })) as [number | null];
    // In older versions that process keeps these open.
    const letGo = () => {
      for (const name of ["stdout", "stderr"] as const) child[name].destroy();
    };
    const closing = setTimeout(letGo, options.leavesProcess && code === 0 ? 0 : outputLimitMs);
    await closed;
    clearTimeout(closing);
    if (signal?.aborted) throw aborted(signal);
    if (timeout?.aborted) throw late(limitMs, said.stderr);
    return { code, ...said };
  } finally {
    watching();
    for (const each of [timeout, signal]) each?.removeEventListener("abort", stop);
  }
}

/** @returns what ends it. */
function watchSilence(pid: number | undefined, { interactive, silent }: ClientOptions): () => void {
  if (!silent) return () => {};
  const start = performance.now();
  let next = firstSilenceMs;
  const timer = setInterval(() => {
    const past = performance.now() - start;
    if (past < next) return;
    next = past + laterSilenceMs;
    if (!interactive || !mayAskNow(pid)) silent(past);
  }, 200);
  timer.unref();
  return () => clearInterval(timer);
}

/** @param limitMs that were over. */
function late(limitMs = 0, stderr: string): HpcnbError {
  const said = stderr.trim();
  const what = said ? `and said:\n${said}` : "and said nothing.";
  return new HpcnbError("HPCNB_TIMEOUT", `ssh took longer than ${limitMs / 1000} s ${what}`, { transient: true });
}

/**
 * What ssh said of a login that failed. A client that leaves a connection behind says nothing of
 * what happened on the hosts before the last one, so `another`, which leaves none, is asked then.
 */
export async function wordsOfFailure(
  { stderr }: ClientEnd,
  another: readonly string[],
  limitMs: number,
): Promise<string> {
  // A host that gives no answer has no more to say.
  if (!stderr.includes("UNKNOWN port 65535") || /timed out/.test(stderr)) return stderr;
  const end = await runClient(another, { interactive: false, limitMs });
  return end.code === 0 ? stderr : end.stderr;
}
