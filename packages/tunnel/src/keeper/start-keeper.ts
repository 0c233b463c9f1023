import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { aborted, check, HpcnbError } from "@hpcnb/core";
import { kindLimitMs } from "./attempt.js";
import { patienceMs } from "./open-first.js";
import { type KeeperMessage, type KeeperOutcome, type KeeperRequest, logPath, outcomeSchema } from "./protocol.js";

/**
 * A keeper has the time to try every kind of tunnel, each a little after the one before, and to
 * tell what came of it.
 */
export function openLimitMs(tunnels: readonly unknown[]): number {
  return tunnels.length * patienceMs + kindLimitMs + 10_000;
}

/** A keeper that has no tunnel yet. It ends with this process unless it is asked to open one. */
export interface NewKeeper {
  /** False when it has ended. */
  readonly alive: boolean;
  tell(message: KeeperMessage): void;
  /**
   * Resolves once its tunnel is open, or could not be opened. @throws HPCNB_ABORTED; it ends then.
   */
  open(request: KeeperRequest, signal?: AbortSignal): Promise<KeeperOutcome>;
}

/** What it says goes to a file beside its control socket: there is nobody else to tell. */
export function startKeeper(program: readonly string[], controlSocket: string): NewKeeper {
  const logFile = logPath(controlSocket);
  const log = openSync(logFile, "w", 0o600);
  // What it is asked travels over IPC: an argv is readable by everybody on this machine.
  const child = spawn(process.execPath, program, {
    detached: true,
    cwd: "/",
    env: withoutNode(),
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  let failure: Error | undefined;
  child.on("error", (error) => {
    failure = error;
  });
  hold(child, false);
  return {
    get alive() {
      return child.connected && child.exitCode === null && child.signalCode === null;
    },
    tell: (message) => child.send(message),
    open: (request, signal) => {
      hold(child, true);
      return outcomeOf(child, { request, logFile, signal, failure: () => failure });
    },
  };
}

/**
 * What steers Node in the user's shell is not for a process that stays: with `--inspect` in
 * NODE_OPTIONS, every user of this machine could run code in it.
 */
function withoutNode(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NODE_")));
}

/** Whether this process stays alive for it. */
function hold(child: ChildProcess, wanted: boolean): void {
  if (wanted) child.ref();
  else child.unref();
  const channel = child.channel as unknown as { ref(): void; unref(): void } | null | undefined;
  if (wanted) channel?.ref();
  else channel?.unref();
}

function outcomeOf(
  child: ChildProcess,
  {
    request,
    logFile,
    signal,
    failure,
  }: {
    request: KeeperRequest;
    logFile: string;
    signal: AbortSignal | undefined;
    failure: () => Error | undefined;
  },
): Promise<KeeperOutcome> {
  return new Promise((resolve, reject) => {
    const limitMs = openLimitMs(request.tunnels);
    const timer = setTimeout(() => {
      child.kill();
      settle(() =>
        reject(new HpcnbError("HPCNB_TIMEOUT", `No tunnel was open after ${limitMs / 1000} s.`, { transient: true })),
      );
    }, limitMs);
    const stop = () => child.send({ stop: true } satisfies KeeperMessage, () => settle(() => reject(aborted(signal))));
    signal?.addEventListener("abort", stop);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      child.unref();
      act();
    };
    const notStarted = (cause: Error) =>
      settle(() =>
        reject(new HpcnbError("HPCNB_TUNNEL", `The keeper could not be started: ${cause.message}.`, { cause })),
      );
    const known = failure();
    if (known) return notStarted(known);
    child.on("error", notStarted);
    child.on("exit", (code, signal) =>
      settle(() => {
        const said = existsSync(logFile) ? readFileSync(logFile, "utf8").trim() : "";
        const ending = `The keeper ended at once (${signal ?? `exit code ${code}`})`;
        reject(new HpcnbError("HPCNB_TUNNEL", said ? `${ending}:\n${said}` : `${ending}.`));
      }),
    );
    child.on("message", (said: unknown) => {
      const { value: outcome, problem } = check(outcomeSchema, said);
      if (problem === undefined) settle(() => resolve(outcome));
      else notStarted(new Error(`it says what a keeper would not (${problem})`));
    });
    child.send({ open: request } satisfies KeeperMessage);
  });
}
