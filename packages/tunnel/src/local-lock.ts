import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { aborted, HpcnbError, type Lock, throwIfAborted } from "@hpcnb/core";
import { notStarted } from "./local-run.js";

/** Milliseconds in which the answer about a lock must come. */
export const lockTimeout = 30_000;

/**
 * Holds a flock until its standard input ends, which it does when this process lets go of it or is no more. Node.js has no flock of its own.
 * With a third argument it also ends when nothing was said for that many seconds.
 * The file says who holds it, for the message that others get.
 */
export const lockProgram = `
import fcntl, os, select, sys
path, holder, *silence = sys.argv[1:]
os.umask(0o077)
try:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    os.write(1, b"busy " + (os.read(file, 400) or b"another process"))
    sys.exit()
except OSError as error:
    sys.exit(str(error))
try:
    os.ftruncate(file, 0)
    os.write(file, holder.encode())
except OSError:
    pass  # a full disk: the lock is held all the same, and others are not told by whom
os.write(1, b"held")
limit = float(silence[0]) if silence else None
while select.select([0], [], [], limit)[0] and os.read(0, 100):
    pass
try:
    os.ftruncate(file, 0)
except OSError:
    pass
`;

/** See `Host.lock`. */
export async function lockLocally(path: string, signal?: AbortSignal): Promise<Lock> {
  throwIfAborted(signal);
  const holder = thisProcess();
  // A session of its own: Ctrl-C in a terminal must not take the lock away before this process has tidied up.
  const child = spawn("python3", ["-I", "-S", "-c", lockProgram, path, holder], { stdio: "pipe", detached: true });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const closed = once(child, "close").catch((error: NodeJS.ErrnoException) => error);
  const limit = AbortSignal.any([AbortSignal.timeout(lockTimeout), ...(signal ? [signal] : [])]);
  const stop = () => child.kill("SIGKILL");
  limit.addEventListener("abort", stop);
  await Promise.race([closed, once(child.stdout, "data").catch(() => closed)]);
  limit.removeEventListener("abort", stop);

  if (texts.stdout === "held" && !signal?.aborted) return heldBy(child, closed, path);
  child.stdin.destroy();
  const error = await closed;
  if (signal?.aborted) throw aborted(signal);
  if (limit.aborted)
    throw new HpcnbError("HPCNB_TIMEOUT", `No answer about the lock ${path} within ${lockTimeout / 1000} s.`);
  if (texts.stdout.startsWith("busy "))
    throw new HpcnbError("HPCNB_BUSY", `${path} is locked by ${texts.stdout.slice(5)}.`, { transient: true });
  if (error instanceof Error) throw await notStarted("python3", { code: error.code, cwd: undefined, cause: error });
  throw new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be locked: ${texts.stderr.trim()}`);
}

/** For others who want the lock. */
export function thisProcess(): string {
  const since = new Date().toISOString().replace(/\.\d+/, "");
  return `pid ${process.pid} on ${hostname()} since ${since}`;
}

function heldBy(child: ChildProcessWithoutNullStreams, closed: Promise<unknown>, path: string): Lock {
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as Pick<ChildProcess, "ref" | "unref">[];
  // Holding a lock is no reason to stay alive; waiting for its release is.
  for (const handle of handles) handle.unref();
  let released: Promise<void> | undefined;
  return {
    release: () => {
      released ??= (async () => {
        for (const handle of handles) handle.ref();
        child.stdin.destroy();
        await closed;
        if (child.exitCode === 0) return;
        throw new HpcnbError(
          "HPCNB_COMMAND_FAILED",
          `The lock ${path} was lost while it was held: its holder was killed.`,
        );
      })();
      return released;
    },
  };
}
