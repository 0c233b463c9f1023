import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { type FileToWrite, HpcnbError } from "@hpcnb/core";
import { cannotWrite, notPrivate } from "../cannot-write.js";
import { isMissing, isSystemError, wordsOf } from "../file-errors.js";
import { withPatience } from "../patience.js";

/** See `Host.writeFiles`; ../python/write.py does the same on another host. */
export async function writeLocally(files: readonly FileToWrite[], signal?: AbortSignal): Promise<void> {
  for (const file of files) {
    const patience = { what: `${file.path} could not be written`, signal };
    await withPatience(patience, (goesOn) => write(file, goesOn));
  }
}

async function write(file: FileToWrite, goesOn: () => void): Promise<void> {
  const { path, inPlace = false } = file;
  try {
    await make(dirname(path));
    goesOn();
    if (!inPlace || !(await overwrite(file))) await replace(file, goesOn);
  } catch (error) {
    if (error instanceof HpcnbError) throw error;
    throw cannotWrite(path, wordsOf(error), error);
  }
}

/**
 * Step by step: Node's own way with all parents says that there is no such folder where the file
 * system has no inode left.
 */
async function make(directory: string): Promise<void> {
  if (await isDirectory(directory)) return;
  await make(dirname(directory));
  try {
    await mkdir(directory, 0o700);
  } catch (error) {
    if (!isSystemError(error, "EEXIST") || !(await isDirectory(directory))) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether there was a regular file of the same size to overwrite. */
async function overwrite({ path, text, mode = 0o600 }: FileToWrite): Promise<boolean> {
  const bytes = Buffer.from(text);
  let file: FileHandle;
  try {
    if (!(await stat(path)).isFile()) return false;
    file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  try {
    if ((await file.stat()).size !== bytes.length) return false;
    await fill(file, { path, bytes, mode });
    return true;
  } finally {
    await file.close();
  }
}

let writes = 0;

async function replace({ path, text, mode = 0o600 }: FileToWrite, goesOn: () => void): Promise<void> {
  if (await isThere(path)) await removeAbandoned(path);
  // Beside the file, because only within one file system a rename is atomic. Nobody else has this
  // name.
  const name = `${path}.${hostname()}-${process.pid}-${++writes}.new`;
  const file = await open(name, "wx", 0o600);
  try {
    try {
      goesOn();
      await fill(file, { path, bytes: Buffer.from(text), mode });
    } finally {
      await file.close();
    }
    goesOn();
    await rename(name, path);
  } catch (error) {
    await unlink(name);
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/**
 * New files that a process of this machine was writing when it was killed. One that still runs may
 * go on with its own.
 */
async function removeAbandoned(path: string): Promise<void> {
  const start = `${basename(path)}.${hostname()}-`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start) || !name.endsWith(".new")) continue;
    const pid = Number.parseInt(name.slice(start.length), 10);
    if (pid > 0 && !isRunning(pid)) await rm(join(dirname(path), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isSystemError(error, "ESRCH");
  }
}

interface Content {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

async function fill(file: FileHandle, { path, bytes, mode }: Content): Promise<void> {
  // Some file systems have one mode for all files: the mode that it has then is what counts.
  const refused = await file.chmod(mode).catch((error: unknown) => error);
  if ((await file.stat()).mode & 0o077 & ~mode) throw notPrivate(path, refused);
  await file.writeFile(bytes);
  await file.sync();
}
