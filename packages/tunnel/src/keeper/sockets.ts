import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { endConnection, namesIn, runtimeDirectories, runtimeDirectory } from "@hpcnb/host";
import { somebodyListens } from "./control.js";
import { controlSocketIn, markOf } from "./protocol.js";

/** For an ssh to end. */
const endLimitMs = 5_000;

/** The control sockets that there may be of a notebook directory's keeper: mostly none or one. */
export function controlSocketsOf(key: string): string[] {
  return runtimeDirectories()
    .map((directory) => controlSocketIn(directory, key))
    .filter((path) => namesIn(join(path, "..")).some((name) => name.startsWith(`${key}.`)));
}

/** Where a new keeper is to listen. @throws HPCNB_UNSUPPORTED */
export function newControlSocket(key: string): string {
  return controlSocketIn(runtimeDirectory(), key);
}

/** The sockets of all keepers on this machine. */
export function allControlSockets(): string[] {
  return runtimeDirectories()
    .flatMap((directory) => namesIn(directory).map((name) => join(directory, name)))
    .filter((path) => path.endsWith(".sock"));
}

/** The names of everything that keepers have beside a control socket now. */
export function namesBeside(controlSocket: string): ReadonlySet<string> {
  return new Set(namesIn(join(controlSocket, "..")));
}

/**
 * Removes what a keeper that has ended has left, also one that was killed: its files, its sockets,
 * its ssh to a node.
 * @param old the names of what may be its own, where a new keeper has begun to make the same since.
 */
export async function removeLeftOvers(controlSocket: string, old?: ReadonlySet<string>): Promise<void> {
  const directory = join(controlSocket, "..");
  const key = controlSocket.slice(directory.length + 1, -".sock".length);
  const mark = markOf(controlSocket);
  for (const name of namesIn(directory)) {
    if (old && !old.has(name)) continue;
    const path = join(directory, name);
    if (name.startsWith(`node-${mark}-`) && (await somebodyListens(path))) await endConnection(path, endLimitMs);
    const isIts = name.startsWith(`${key}.`) || name.startsWith(`way-${mark}-`) || name.startsWith(`node-${mark}-`);
    const isDead = /^(ssh|way-0)-/.test(name) && isSocket(path) && !(await somebodyListens(path));
    if (isIts || isDead) rmSync(path, { force: true });
  }
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}
