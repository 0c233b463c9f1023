import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HpcnbError } from "@hpcnb/core";
import { execa } from "execa";
import { pathsOf, roots, type Site } from "./site.js";

export interface Fault {
  name: string;
  host?: string | undefined;
  directory?: string | undefined;
  /** For `only-ports`, such as "50000-51000". */
  ports?: string | undefined;
  /** Packets vanish, where otherwise a connection is refused. */
  silent?: boolean | undefined;
}

export interface State {
  site: Site;
  /** "starting" for as long as `up` has not ended, also when it was killed. */
  phase: "starting" | "up";
  faults: Fault[];
}

export async function readState(siteName: string): Promise<State | undefined> {
  const { stateFile } = pathsOf(siteName);
  if (!existsSync(stateFile)) return undefined;
  try {
    return JSON.parse(await readFile(stateFile, "utf8")) as State;
  } catch (cause) {
    throw new HpcnbError("HPCNB_STATE_UNREADABLE", `${stateFile} cannot be read`, {
      cause,
      hint: "`hpcnb-testbed down` clears it away.",
    });
  }
}

export async function writeState(state: State): Promise<void> {
  const { stateFile } = pathsOf(state.site.name);
  await mkdir(dirname(stateFile), { recursive: true, mode: 0o755 });
  await writeFile(`${stateFile}.new`, JSON.stringify(state, undefined, 2));
  await rename(`${stateFile}.new`, stateFile);
}

/** The testbeds that have anything on this machine. */
export async function listSites(): Promise<string[]> {
  if (!existsSync(roots.state)) return [];
  return (await readdir(roots.state, { withFileTypes: true })).filter((e) => e.isDirectory()).map((e) => e.name);
}

/**
 * Held by who changes what all testbeds of the machine share: Debian's packages and the Python
 * environment.
 */
export const machineLock = join(roots.cache, "lock");

/**
 * Runs `work` while no other process holds the lock, and gives it back however this process ends.
 * @param waitMs how long to wait for another holder; without it a holder is an error at once.
 * @throws HPCNB_BUSY
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waitMs = 0): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const argv = ["sh", "-c", hold, "sh", path, String(waitMs / 1000)];
  const holder = execa(argv[0] as string, argv.slice(1), { buffer: false, reject: false, stderr: "ignore" });
  try {
    if (!(await firstOutput(holder.stdout))) {
      throw new HpcnbError("HPCNB_BUSY", `another hpcnb-testbed is at work: it holds ${path}`);
    }
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}

/** A lock on a file that its last holder has removed locks nothing. */
const hold = 'exec 9>>"$1" && flock --timeout "$2" 9 && test /proc/self/fd/9 -ef "$1" && echo held && cat';

async function firstOutput(stream: NodeJS.ReadableStream): Promise<boolean> {
  return await new Promise((resolve) => {
    stream.once("data", () => resolve(true));
    stream.once("end", () => resolve(false));
  });
}

/** Removes every file of a testbed but its lock. */
export async function removeFiles(siteName: string): Promise<void> {
  const paths = pathsOf(siteName);
  await rm(paths.run, { recursive: true, force: true });
  await rm(paths.state, { recursive: true, force: true });
}

/**
 * Removes the lock too, for its holder, and the directories that only held this testbed's files.
 */
export async function removeLock(siteName: string): Promise<void> {
  await rm(pathsOf(siteName).lock);
  for (const directory of [roots.run, roots.state]) await removeEmpty(directory);
}

export async function removeEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "ENOENT") throw error;
  });
}
