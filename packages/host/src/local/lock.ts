import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Lock, throwIfAborted } from "@hpcnb/core";
import { cannotLock } from "../cannot-write.js";
import { busy, heldBy, lostLock, thisProcess, untilAnswer } from "../lock-answer.js";
import { pythonArgv, pythonProgram } from "../python-program.js";
import { collectOutput } from "./output.js";
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
  const said = collectOutput(child);
  const closed = once(child, "close").catch((error: NodeJS.ErrnoException) => error);
  const answered = once(child.stdout, "data").catch(() => closed);
  await untilAnswer(child, { path, answered, closed, signal });

  if (said.stdout === "held")
    return heldBy(child, closed, () => {
      if (child.exitCode !== 0) throw lostLock(path, said.stderr);
    });
  child.stdin.destroy();
  const error = await closed;
  if (said.stdout.startsWith("busy ")) throw busy(path, said.stdout);
  if (error instanceof Error) throw await notStarted(python, { code: error.code, cwd: undefined, cause: error });
  throw cannotLock(path, said.stderr.trim());
}
