import { existsSync, readFileSync } from "node:fs";
import type { ConnectionFacts, Host } from "@hpcnb/core";
import { askKeeper } from "./ask.js";
import { endKeeper, keyFor, look } from "./connector.js";
import { isAlive, readNote } from "./note.js";
import { logPath } from "./protocol.js";
import { allControlSockets, controlSocketsOf } from "./sockets.js";

/** Characters of a log that are told. */
const toldLog = 4_000;

/**
 * A session file and its host: by these a connection is found without asking that host, which may
 * be out of reach.
 */
export interface SessionRef {
  readonly host: string | undefined;
  readonly file: string;
}

/** The connection that a session file has on this machine. */
export async function connectionOf(ref: SessionRef): Promise<ConnectionFacts | undefined> {
  for (const controlSocket of await socketsOf(ref)) {
    const found = await look(controlSocket);
    if (!found) continue;
    const { run: _, ...facts } = found;
    return facts;
  }
  return undefined;
}

/**
 * Closes it, also one that is still being opened, and one whose keeper is silent. False when there
 * is none.
 */
export async function closeConnectionOf(ref: SessionRef): Promise<boolean> {
  const controlSockets = await socketsOf(ref);
  for (const controlSocket of controlSockets) await endKeeper(controlSocket);
  return controlSockets.length > 0;
}

/**
 * The sockets of this session's living keepers. Other sessions' keepers are not asked, so that none
 * of them keeps anybody waiting.
 */
async function socketsOf({ host, file }: SessionRef): Promise<string[]> {
  const found: string[] = [];
  for (const controlSocket of allControlSockets()) {
    const note = readNote(controlSocket);
    if (note && isAlive(note)) {
      if (note.host === host && note.sessionFile === file) found.push(controlSocket);
      continue;
    }
    const reply = await askKeeper(controlSocket, { op: "status" });
    if (reply.is === "answer" && reply.answer.host === host && reply.answer.sessionFile === file)
      found.push(controlSocket);
  }
  return found;
}

/**
 * Why the last keeper of a notebook directory ended by itself; undefined when it did not, or when
 * there was another one since.
 */
export async function whyClosed(host: Host, directory: string): Promise<string | undefined> {
  const [path] = controlSocketsOf(await keyFor(host, directory))
    .map(logPath)
    .filter(existsSync);
  return (path && readFileSync(path, "utf8").trim().slice(-toldLog)) || undefined;
}
