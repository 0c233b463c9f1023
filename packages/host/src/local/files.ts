import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { type AwaitedNews, growingPauses, HpcnbError, systemClock } from "@hpcnb/core";
import { isMissing, wordsOf } from "../file-errors.js";
import { fileTimeoutMs, largestFile, withPatience } from "../patience.js";

/** Between two looks at files whose news is awaited. */
const pauses = { firstMs: 50, longestMs: 250, growth: 1.2 };

/** See `Host.readFiles`; ../python/read.py does the same on another host. */
export async function readLocally(
  paths: readonly string[],
  signal?: AbortSignal,
  { known, limitMs }: AwaitedNews = { known: [], limitMs: 0 },
): Promise<(string | undefined)[]> {
  const end = systemClock.now() + limitMs;
  const nextPause = growingPauses(pauses);
  for (;;) {
    const texts = await readAll(paths, signal);
    const left = end - systemClock.now();
    if (left <= 0 || texts.some((text, index) => text !== known[index])) return texts;
    await systemClock.sleep(Math.min(nextPause(), left), signal);
  }
}

/**
 * One after the other: files of one folder hang together, and each would take one of the few
 * threads of this process.
 */
async function readAll(paths: readonly string[], signal: AbortSignal | undefined): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (const path of paths) {
    const patience = { what: `${path} could not be read`, signal, limitMs: fileTimeoutMs };
    texts.push(await withPatience(patience, (goesOn) => read(path, goesOn)));
  }
  return texts;
}

async function read(path: string, goesOn: () => void): Promise<string | undefined> {
  try {
    // Before it is opened: opening a device may do something.
    expectRegular(path, await stat(path));
    goesOn();
    // Without waiting, should it just have become a fifo.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      goesOn();
      return await readWhole(path, file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof HpcnbError) throw error;
    throw cannotRead(path, wordsOf(error), error);
  }
}

async function readWhole(path: string, file: FileHandle): Promise<string> {
  const found = await file.stat();
  expectRegular(path, found);
  if (found.size > largestFile) throw cannotRead(path, `it has more than ${largestFile / 1e6} MB`);
  return await file.readFile("utf8");
}

function expectRegular(path: string, found: Stats): void {
  if (!found.isFile()) throw cannotRead(path, found.isDirectory() ? "Is a directory" : "it is no regular file");
}

function cannotRead(path: string, why: string, cause?: unknown): HpcnbError {
  return new HpcnbError("HPCNB_COMMAND_FAILED", `${path} cannot be read: ${why}.`, { cause });
}
