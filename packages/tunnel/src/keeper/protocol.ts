import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
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
  { readonly prepare: KeeperTask & { readonly node: string } } | { readonly open: KeeperRequest };

export interface KeeperStatus {
  readonly run: string;
  readonly kind: string;
  readonly port: number;
  readonly pid: number;
  readonly endpoint: Endpoint;
  readonly host: string | undefined;
  readonly sessionFile: string;
  /** Why the tunnels that were tried before this one could not be opened. */
  readonly note?: string | undefined;
  /** The tunnel broke at `since` (ISO 8601) and is being opened again; `why` is the newest reason. */
  readonly healing?: { readonly since: string; readonly why: string } | undefined;
}

export type KeeperOutcome =
  | { readonly opened: KeeperStatus }
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

/** Of this user alone, on this machine. */
export function runtimeDirectory(): string {
  const { uid } = userInfo();
  const base = process.env.XDG_RUNTIME_DIR;
  const path = base ? join(base, "hpcnb") : join(tmpdir(), `hpcnb-${uid}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  // In a shared /tmp somebody else may have made the name first.
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new HpcnbError("HPCNB_UNSUPPORTED", `${path} is not a directory of this user.`, {
      hint: "Set XDG_RUNTIME_DIR to a directory on a local disk that only you can write to.",
    });
  }
  chmodSync(path, 0o700);
  return path;
}
