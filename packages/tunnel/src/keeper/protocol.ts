import { createHash } from "node:crypto";
import { accessSync, chmodSync, constants, lstatSync, mkdirSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Endpoint, type ErrorCode, HpcnbError } from "@hpcnb/core";

/**
 * The keeper is a background process that holds one tunnel open. The command that starts it hands it the request over the IPC channel of
 * Node's child processes, and gets the outcome back on it. Later commands reach it at a Unix socket: one line of JSON each way.
 */
export interface KeeperRequest extends KeeperTask {
  readonly controlSocket: string;
  readonly run: string;
  readonly endpoint: Endpoint;
  /** A port that must be used, or the first of those that may be. */
  readonly localPort: { readonly port: number; readonly fixed: boolean };
}

/** What a keeper can make ready for before there is a request. */
export interface KeeperTask {
  /** The tunnels to try, in order. */
  readonly kinds: readonly string[];
  /** ssh alias of the submit node; undefined when it is this machine. */
  readonly host: string | undefined;
  /** From which plugins are looked for. */
  readonly sessionFile: string;
}

export type KeeperMessage =
  /** The notebook will answer on this host. */
  | { readonly prepare: KeeperTask & { readonly node: string } }
  | { readonly open: KeeperRequest }
  /** Nobody waits for the tunnel any more. */
  | { readonly stop: true };

export type KeeperStatus = OpeningStatus | OpenStatus;

interface KeeperFacts {
  readonly run: string;
  /** Those that it was to try. */
  readonly kinds: readonly string[];
  readonly pid: number;
  readonly endpoint: Endpoint;
  readonly host: string | undefined;
  readonly sessionFile: string;
}

export interface OpeningStatus extends KeeperFacts {
  readonly state: "opening";
}

export interface OpenStatus extends KeeperFacts {
  readonly state: "open";
  readonly kind: string;
  readonly port: number;
  /** Why the tunnels that were tried before this one could not be opened. */
  readonly note?: string | undefined;
  /** The tunnel broke at `since` (ISO 8601) and is being opened again; `why` is the newest reason. */
  readonly healing?: { readonly since: string; readonly why: string } | undefined;
}

export type KeeperOutcome =
  | { readonly opened: OpenStatus }
  | {
      readonly failed: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint?: string | undefined;
        readonly transient?: boolean;
      };
    };

/** "retry" is a status question of somebody who would like the tunnel to be opened again now, and not after the next pause. */
export type ControlQuestion = { readonly op: "status" | "retry" } | { readonly op: "stop" };

/** At most this many bytes fit into the path of a Unix socket on every platform (macOS has the least: 104 with the final NUL). */
export const longestSocketPath = 103;

/** Where the keeper of this notebook directory on this host listens, for the user alone. */
export function controlSocketPath(host: string, directory: string): string {
  const key = createHash("sha256").update(`${host}\n${directory}`).digest("hex").slice(0, 16);
  const path = join(runtimeDirectory(), `${key}.sock`);
  if (Buffer.byteLength(path) > longestSocketPath) {
    throw new HpcnbError("HPCNB_UNSUPPORTED", `The path ${path} is too long for a Unix socket.`, {
      hint: "Set XDG_RUNTIME_DIR to a shorter directory on a local disk.",
    });
  }
  return path;
}

/** What a keeper says goes there, and why it gave up; beside its control socket. */
export function logPath(controlSocket: string): string {
  return `${controlSocket}.log`;
}

/**
 * Of this user alone, on this machine. After `su`, or in a terminal that outlived its login, XDG_RUNTIME_DIR is another user's or is gone;
 * the one in /tmp serves then.
 */
export function runtimeDirectory(): string {
  const base = process.env.XDG_RUNTIME_DIR;
  const own = join(tmpdir(), `hpcnb-${userInfo().uid}`);
  // That one may be a link; ours may not, which anybody could have made in a shared /tmp.
  if (base && isOwn(base, statSync)) {
    const path = join(base, "hpcnb");
    if (problemWith(path) === undefined) return path;
  }
  const problem = problemWith(own);
  if (problem === undefined) return own;
  throw new HpcnbError("HPCNB_UNSUPPORTED", problem, {
    hint: "Set XDG_RUNTIME_DIR to a directory of yours on a local disk that only you can write to.",
  });
}

/** Makes it if it is not there. */
function problemWith(path: string): string | undefined {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    // In a shared /tmp somebody else may have made the name first.
    if (!isOwn(path)) return `${path} is not a directory of this user.`;
    chmodSync(path, 0o700);
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be used: ${(error as Error).message}.`;
  }
}

function isOwn(path: string, look: typeof lstatSync = lstatSync): boolean {
  const { uid } = userInfo();
  try {
    const found = look(path);
    return found.isDirectory() && (uid < 0 || found.uid === uid);
  } catch {
    // Gone, or behind a directory that is not ours.
    return false;
  }
}
