import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import {
  aborted,
  type CommandResult,
  type FileToWrite,
  type Host,
  HpcnbError,
  type Lock,
  type RunOptions,
  throwIfAborted,
} from "@hpcnb/core";

/** Milliseconds. */
const defaultTimeout = 60_000;
const lockTimeout = 30_000;
/** Between SIGTERM and SIGKILL for a command that is ended early. */
const killDelay = 5_000;
/** Bytes that a command may print: an answer about 75,000 tasks is some ten million. */
const maxBuffer = 200_000_000;

/** This machine. */
export function createLocalHost(): Host {
  return { name: "this machine", run, readFiles, writeFiles, lock };
}

async function run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const { stdin = "", cwd, timeout = defaultTimeout, signal } = options;
  throwIfAborted(signal);
  const [program = "", ...args] = argv;
  // Loaded when first needed: it takes longer to load than some commands take to run.
  const { execa } = await import("execa");
  const result = await execa(program, args, {
    reject: false,
    stripFinalNewline: false,
    input: stdin,
    timeout,
    forceKillAfterDelay: killDelay,
    maxBuffer,
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal ? { cancelSignal: signal } : {}),
  });
  if (result.isCanceled || signal?.aborted) throw aborted(signal);
  if (result.timedOut)
    throw new HpcnbError("HPCNB_TIMEOUT", `${program} did not end within ${timeout / 1000} s.`, { transient: true });
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

async function notStarted(
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
  const message = code === "ENOENT" ? missing : `${program} could not be started on this machine.`;
  return new HpcnbError("HPCNB_COMMAND_FAILED", message, { cause });
}

async function readFiles(paths: readonly string[], signal?: AbortSignal): Promise<(string | undefined)[]> {
  throwIfAborted(signal);
  return Promise.all(
    paths.map(async (path) => {
      try {
        return await readFile(path, { encoding: "utf8", signal });
      } catch (error) {
        if (isMissing(error)) return undefined;
        if (signal?.aborted) throw aborted(signal);
        throw new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be read.`, { cause: error });
      }
    }),
  );
}

async function writeFiles(files: readonly FileToWrite[], signal?: AbortSignal): Promise<void> {
  for (const file of files) {
    throwIfAborted(signal);
    try {
      await mkdir(dirname(file.path), { recursive: true, mode: 0o700 });
      await replaceFile(file);
    } catch (error) {
      throw new HpcnbError("HPCNB_COMMAND_FAILED", `${file.path} cannot be written.`, { cause: error });
    }
  }
}

let writes = 0;

async function replaceFile({ path, text, mode = 0o600 }: FileToWrite): Promise<void> {
  // Beside the file, because only within one file system a rename is atomic; no other process and no other call has this name.
  const temporary = `${path}.${hostname()}-${process.pid}-${++writes}.new`;
  const handle = await open(temporary, "wx", mode);
  try {
    try {
      // The umask has had its say on the mode.
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/**
 * Holds a flock until its standard input ends, which it does when this process lets go of it or is no more. Node.js has no flock of its own.
 * The file says who holds it, for the message that others get.
 */
const lockProgram = `
import fcntl, os, sys
path, holder = sys.argv[1:]
os.umask(0o077)
os.makedirs(os.path.dirname(path), exist_ok=True)
file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
try:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    os.write(1, b"busy " + (os.read(file, 400) or b"another process"))
    sys.exit()
os.ftruncate(file, 0)
os.write(file, holder.encode())
os.write(1, b"held")
sys.stdin.buffer.read()
os.ftruncate(file, 0)
`;

async function lock(path: string, signal?: AbortSignal): Promise<Lock> {
  throwIfAborted(signal);
  const since = new Date().toISOString().replace(/\.\d+/, "");
  const holder = `pid ${process.pid} on ${hostname()} since ${since}`;
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
