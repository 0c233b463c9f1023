import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { constants, hostname } from "node:os";
import { dirname } from "node:path";
import {
  type AwaitedNews,
  aborted,
  type FileToWrite,
  type Host,
  HpcnbError,
  systemClock,
  throwIfAborted,
} from "@hpcnb/core";
import { cannotWrite } from "./cannot-write.js";
import { lockLocally } from "./local-lock.js";
import { runLocally } from "./local-run.js";

/** This machine. */
export function createLocalHost(): Host {
  return { name: "this machine", run: runLocally, readFiles, writeFiles, lock: lockLocally };
}

/** Milliseconds between two looks at files for which news is awaited. */
const firstPause = 50;
const longestPause = 250;

async function readFiles(
  paths: readonly string[],
  signal?: AbortSignal,
  { known, limit }: AwaitedNews = { known: [], limit: 0 },
): Promise<(string | undefined)[]> {
  const end = systemClock.now() + limit;
  for (let pause = firstPause; ; pause = Math.min(pause * 1.2, longestPause)) {
    const texts = await readAll(paths, signal);
    const left = end - systemClock.now();
    if (left <= 0 || texts.some((text, index) => text !== known[index])) return texts;
    await systemClock.sleep(Math.min(pause, left), signal);
  }
}

function readAll(paths: readonly string[], signal: AbortSignal | undefined): Promise<(string | undefined)[]> {
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
      if (!(file.inPlace && (await overwriteFile(file)))) await replaceFile(file);
    } catch (error) {
      throw cannotWrite(file.path, wordsOf(error), error);
    }
  }
}

/** Node calls an exceeded quota "Unknown system error -122". */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Making a folder with its parents cannot fail so, but for a system that has no inode left for it.
  if ("syscall" in error && error.syscall === "mkdir" && "code" in error && error.code === "ENOENT")
    return `no space left for another folder (${error.message}); the file system has no free inodes`;
  return "errno" in error && error.errno === -constants.errno.EDQUOT ? "Disk quota exceeded" : error.message;
}

/** Whether there was a file of the same size to overwrite. */
async function overwriteFile({ path, text }: FileToWrite): Promise<boolean> {
  const bytes = Buffer.from(text);
  let handle: FileHandle;
  try {
    handle = await open(path, "r+");
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  try {
    if ((await handle.stat()).size !== bytes.length) return false;
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.sync();
    return true;
  } finally {
    await handle.close();
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
