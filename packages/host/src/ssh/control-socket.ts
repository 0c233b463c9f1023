import { createHash } from "node:crypto";
import { connect } from "node:net";
import { join } from "node:path";
import { isHpcnbError } from "@hpcnb/core";
import { longestSocketPath, runtimeDirectory, temporarySuffix } from "../runtime-directory.js";

export interface ControlSocketKey {
  readonly alias: string;
  readonly configFile?: string | undefined;
  readonly controlDirectory?: string | undefined;
}

/**
 * The socket of the connection to an alias: the same for all of this user's commands. Undefined
 * when no socket can have that path.
 */
export function controlPathIn(key: ControlSocketKey): string | undefined {
  const digest = createHash("sha256")
    .update(`${key.alias}\n${key.configFile ?? ""}`)
    .digest("hex")
    .slice(0, 16);
  const directory = key.controlDirectory ?? directoryOrNone();
  if (directory === undefined) return undefined;
  const path = join(directory, `ssh-${digest}`);
  return Buffer.byteLength(path) + temporarySuffix > longestSocketPath ? undefined : path;
}

/** Commands can do without a shared connection where there is no place for its socket. */
function directoryOrNone(): string | undefined {
  try {
    return runtimeDirectory();
  } catch (error) {
    if (isHpcnbError(error, "HPCNB_UNSUPPORTED")) return undefined;
    throw error;
  }
}

/** Whether a connection is behind this socket. */
export function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    // ENOENT: nobody has logged in. ECONNREFUSED: the file is what a connection that was killed
    // left behind.
    socket.on("error", () => resolve(false));
  });
}

export interface ConnectionLease {
  /** Settles when the connection ends, or when it is let go. */
  readonly ended: Promise<void>;
  release(): void;
}

/**
 * Keeps a shared connection from ending while nobody uses it: a client that is connected to it, and
 * has asked for nothing yet, counts as a user of it (PROTOCOL.mux of OpenSSH).
 */
export function leaseConnection(path: string): ConnectionLease {
  const socket = connect(path);
  socket.resume();
  const ended = new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
  });
  return { ended, release: () => socket.destroy() };
}
