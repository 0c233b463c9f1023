import type { ChildProcess } from "node:child_process";
import { access } from "node:fs/promises";
import { aborted, type CommandResult, defined, HpcnbError, type RunOptions, throwIfAborted } from "@hpcnb/core";

export const defaultTimeoutMs = 60_000;
/** Between SIGTERM and SIGKILL for a command that is ended early. */
const killDelayMs = 5_000;
/** Between SIGKILL and giving up: a process that waits for a dead file system cannot be killed. */
const giveUpDelayMs = 1_000;
/** Bytes that a command may print: an answer about 75,000 tasks is some ten million. */
export const maxBuffer = 200_000_000;

/** See `Host.run`. */
export async function runLocally(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const { stdin = "", cwd, timeoutMs = defaultTimeoutMs, signal } = options;
  throwIfAborted(signal);
  const [program = "", ...args] = argv;
  // Loaded when first needed: it takes longer to load than some commands take to run.
  const { execa } = await import("execa");
  throwIfAborted(signal);
  // In a process group of its own, which is what can be ended as a whole: what the program started
  // may hold its pipes open.
  const subprocess = execa(program, args, {
    reject: false,
    stripFinalNewline: false,
    input: stdin,
    maxBuffer,
    detached: true,
    env: ownEnvironment(),
    ...defined({ cwd }),
  });
  const ending = endEarly(subprocess, timeoutMs, signal);
  const result = await ending.untilEnd(subprocess);
  if (ending.why === "abort") throw aborted(signal);
  if (ending.why === "timeout" || !result)
    throw new HpcnbError("HPCNB_TIMEOUT", `${program} did not end within ${timeoutMs / 1000} s.`, { transient: true });
  if (result.isMaxBuffer)
    throw new HpcnbError("HPCNB_COMMAND_FAILED", `${program} printed more than ${maxBuffer / 1e6} MB.`);
  if (result.exitCode === undefined && result.signal === undefined)
    throw await notStarted(program, { code: result.code, cwd, cause: result.cause ?? result });
  return {
    argv,
    exitCode: result.exitCode ?? null,
    signal: result.signal,
    stdout: result.stdout,
    stderr: result.stderr,
  };
}

/**
 * The environment of this process, but without those entries of PATH that depend on the working
 * directory: in a folder that others can write to, a `python3` of theirs would run.
 */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  if (PATH === undefined) return process.env;
  const entries = PATH.split(":").filter((entry) => entry.startsWith("/"));
  return { ...process.env, PATH: entries.join(":") };
}

export interface Ending {
  /** Why the child was ended early. */
  readonly why: "abort" | "timeout" | undefined;
  /** Waits for the child's end, but not for one that even SIGKILL does not end; undefined then. */
  untilEnd<T>(end: Promise<T>): Promise<T | undefined>;
}

/**
 * Ends the group of a child when its time is up, when `signal` aborts, or when this process exits.
 */
export function endEarly(
  child: Pick<ChildProcess, "pid" | "stdin" | "stdout" | "stderr" | "unref">,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Ending {
  let why: Ending["why"];
  let killTimer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const givenUp = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  const end = (reason: "abort" | "timeout") => {
    if (why) return;
    why = reason;
    killGroup(child.pid, "SIGTERM");
    killTimer = setTimeout(() => {
      killGroup(child.pid, "SIGKILL");
      // Whoever left the group may go on, but is not waited for.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      killTimer = setTimeout(() => {
        child.unref();
        giveUp();
      }, giveUpDelayMs);
    }, killDelayMs);
  };
  const onAbort = () => end("abort");
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  signal?.addEventListener("abort", onAbort);
  if (child.pid !== undefined) {
    if (groups.size === 0) process.on("exit", endGroups);
    groups.add(child.pid);
  }
  const stop = () => {
    clearTimeout(timer);
    clearTimeout(killTimer);
    signal?.removeEventListener("abort", onAbort);
    if (child.pid !== undefined) groups.delete(child.pid);
    if (groups.size === 0) process.off("exit", endGroups);
  };
  return {
    get why() {
      return why;
    },
    untilEnd: (ended) => Promise.race([ended, givenUp]).finally(stop),
  };
}

/** The process groups of the commands that run now. */
const groups = new Set<number>();

function endGroups(): void {
  for (const group of groups) killGroup(group, "SIGTERM");
}

function killGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch (error) {
    // ESRCH: it is over. EPERM: macOS says so of a group in which all are over.
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

/** Why a program could not be started, as far as it can be found out. */
export async function notStarted(
  program: string,
  { code, cwd, cause }: { code: string | undefined; cwd: string | undefined; cause: unknown },
): Promise<HpcnbError> {
  if (cwd !== undefined) {
    try {
      await access(cwd);
    } catch (cause) {
      return new HpcnbError("HPCNB_COMMAND_FAILED", `${program} could not be started in ${cwd}.`, { cause });
    }
  }
  const missing = program.includes("/")
    ? `There is no program ${program} on this machine.`
    : `The program ${program} was not found on this machine. PATH is ${process.env.PATH || "empty"}.`;
  const tooMany = `${program} could not be started: you may start no more processes on this machine (see \`ulimit -u\`).`;
  const messages: Readonly<Record<string, string>> = { ENOENT: missing, EAGAIN: tooMany };
  const message = messages[code ?? ""] ?? `${program} could not be started on this machine.`;
  return new HpcnbError("HPCNB_COMMAND_FAILED", message, { cause });
}
