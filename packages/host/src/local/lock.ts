import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { type Lock, throwIfAborted } from "@hpcnb/core";
import { cannotLock } from "../cannot-write.js";
import { busy, lostLock, thisProcess, untilAnswer, untilReleased } from "../lock-answer.js";
import { pythonArgv, pythonProgram } from "../python-program.js";
import { notStarted, ownEnvironment } from "./run.js";

/**
 * See `Host.lock`: a process holds it (../python/lock.py), because Node.js has no flock of its own.
 */
export async function lockLocally(path: string, signal?: AbortSignal): Promise<Lock> {
  throwIfAborted(signal);
  const [python, ...args] = pythonArgv(pythonProgram("lock"), path, thisProcess());
  // A session of its own: Ctrl-C in a terminal must not take the lock away before this process has
  // tidied up.
  const child = spawn(python, args, { stdio: "pipe", detached: true, env: ownEnvironment() });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  const closed = once(child, "close").catch((error: NodeJS.ErrnoException) => error);
  const answered = once(child.stdout, "data").catch(() => closed);
  await untilAnswer(child, { path, answered, closed, signal });

  if (said.stdout === "held") return heldBy(child, closed, { path, words: () => said.stderr });
  child.stdin.destroy();
  const error = await closed;
  if (said.stdout.startsWith("busy ")) throw busy(path, said.stdout);
  if (error instanceof Error) throw await notStarted(python, { code: error.code, cwd: undefined, cause: error });
  throw cannotLock(path, said.stderr.trim());
}

function heldBy(
  child: ChildProcessWithoutNullStreams,
  closed: Promise<unknown>,
  { path, words }: { path: string; words: () => string },
): Lock {
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as Pick<ChildProcess, "ref" | "unref">[];
  // Holding a lock is no reason to stay alive; waiting for its release is.
  for (const handle of handles) handle.unref();
  let released: Promise<void> | undefined;
  return {
    release: () => {
      released ??= (async () => {
        for (const handle of handles) handle.ref();
        child.stdin.destroy();
        await untilReleased(child, closed);
        if (child.exitCode !== 0) throw lostLock(path, words());
      })();
      return released;
    },
  };
}
