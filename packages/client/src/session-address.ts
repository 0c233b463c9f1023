import { hostname, userInfo } from "node:os";
import { check, lineSchema, shellWord } from "@hpcnb/core";

/**
 * A session by where it is, for a machine that has no session file of it:
 * `[user@]host:/notebook/directory`.
 */
export interface SessionAddress {
  /** What ssh connects to. */
  readonly host: string;
  /** On that host: absolute, or beginning with `~/`. */
  readonly directory: string;
}

export function parseAddress(text: string): SessionAddress | undefined {
  const match = check(lineSchema, text).value && /^([A-Za-z0-9_][^\s:/\\]*):(~$|~\/.*|\/.*)$/.exec(text);
  if (!match) return undefined;
  return match[1] !== undefined && match[2] !== undefined ? { host: match[1], directory: match[2] } : undefined;
}

/** What to type on the laptop for a session that was started on this submit node. */
export function connectCommand(directory: string): string {
  return `hpcnb connect ${shellWord(`${userName()}${hostname()}:${directory}`)}`;
}

/**
 * What to type on another machine for a browser there to reach a port of this one, by the same URL.
 */
export function forwardCommand(port: number): string {
  return `ssh -N -L ${port}:127.0.0.1:${port} ${shellWord(`${userName()}${hostname()}`)}`;
}

/** With its `@`; nothing for a user id without a name: ssh then has a default of its own. */
function userName(): string {
  try {
    return `${userInfo().username}@`;
  } catch {
    return "";
  }
}
