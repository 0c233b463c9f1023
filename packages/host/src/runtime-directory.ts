import { accessSync, chmodSync, constants, lstatSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { HpcnbError } from "@hpcnb/core";

/**
 * At most this many bytes fit into the path of a Unix socket on every platform (macOS has the
 * least: 104 with the final NUL).
 */
export const longestSocketPath = 103;

/** Characters that ssh adds to the name of a socket while it makes it. */
export const temporarySuffix = 17;

/** Characters of the longest name that is used there, with the slash before it. */
const longestName = 22 + temporarySuffix;

interface Candidate {
  /** A directory that must be there already, for this user alone. */
  readonly base?: string;
  readonly path: string;
}

/**
 * What the choice depends on: given by tests. TMPDIR is not among it, which may differ from shell
 * to shell.
 */
export interface Surroundings {
  readonly given: string | undefined;
  readonly tmp: string;
  readonly uid: number;
  readonly home: string | undefined;
}

/** A user id without an entry in the user database has no name and no home, but is as good. */
function surroundings(): Surroundings {
  return { given: process.env.XDG_RUNTIME_DIR, tmp: "/tmp", uid: process.getuid?.() ?? -1, home: homeOrNone() };
}

function homeOrNone(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/**
 * In the order in which they are tried. After `su`, or in a terminal that outlived its login,
 * XDG_RUNTIME_DIR is another user's or is gone; the name in /tmp may be taken by another user; a
 * home may be shared by several machines.
 */
function candidates({ given, tmp, uid, home }: Surroundings): Candidate[] {
  const system = `/run/user/${uid}`;
  const state = home?.startsWith("/")
    ? join(home, ".local", "state", "hpcnb", `run-${hostname().split(".")[0]}`)
    : undefined;
  return [
    ...(given?.startsWith("/") ? [{ base: given, path: join(given, "hpcnb") }] : []),
    ...(given === system ? [] : [{ base: system, path: join(system, "hpcnb") }]),
    { path: join(tmp, `hpcnb-${uid}`) },
    ...(state === undefined ? [] : [{ path: state }]),
  ];
}

/**
 * Where new sockets go: a directory of this user alone, on this machine; it is made if it is not
 * there.
 * @throws HPCNB_UNSUPPORTED with what is wrong with each candidate.
 */
export function runtimeDirectory(around: Surroundings = surroundings()): string {
  const problems: string[] = [];
  for (const candidate of candidates(around)) {
    const problem = problemWith(candidate, around.uid);
    if (problem === undefined) return candidate.path;
    problems.push(problem);
  }
  throw new HpcnbError("HPCNB_UNSUPPORTED", `There is no place for the sockets of tunnels:\n${problems.join("\n")}`, {
    hint: "Set XDG_RUNTIME_DIR to a directory of yours on a local disk that only you can write to.",
  });
}

/**
 * Where there may be sockets: all those directories that are there, whichever a command or a keeper
 * has used.
 */
export function runtimeDirectories(around: Surroundings = surroundings()): string[] {
  return candidates(around)
    .filter((candidate) => isTrusted(candidate, around.uid) && isOwn(candidate.path, around.uid, lstatSync))
    .map(({ path }) => path);
}

/** The names in such a directory; none where it has gone or cannot be read. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function problemWith(candidate: Candidate, uid: number): string | undefined {
  const { path } = candidate;
  if (!isTrusted(candidate, uid)) return `${candidate.base} is not a directory of this user alone.`;
  if (Buffer.byteLength(path) + longestName > longestSocketPath) return `${path} is too long for a Unix socket.`;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    // In a shared /tmp somebody else may have made the name first, and a link leads anywhere.
    if (!isOwn(path, uid, lstatSync)) return `${path} is not a directory of this user.`;
    chmodSync(path, 0o700);
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be used: ${(error as Error).message}.`;
  }
}

/**
 * The base may be a link of the system's. Anyone who may write to it could replace our directory.
 */
function isTrusted({ base }: Candidate, uid: number): boolean {
  if (base === undefined) return true;
  return isOwn(base, uid, statSync) && (statSync(base).mode & 0o022) === 0;
}

function isOwn(path: string, uid: number, look: typeof lstatSync): boolean {
  try {
    const found = look(path);
    return found.isDirectory() && (uid < 0 || found.uid === uid);
  } catch {
    // Gone, or behind a directory that is not ours.
    return false;
  }
}
