import { randomBytes } from "node:crypto";
import type { Clock, LoginPaths } from "@hpcnb/core";

/** From the making of an address to its end. */
const lifetimeMs = 60_000;

/**
 * Old addresses are remembered, so that whoever comes with one is told what became of it: so many,
 * and no longer.
 */
const mostRemembered = 100;

/** No page of Jupyter's begins like this. */
const prefix = "/hpcnb/open/";
const requestLine = new RegExp(`^GET (${prefix}[\\w-]{1,100}) HTTP/1\\.[01]\r\n`);
const longestLine = 200;

type Claim = { readonly login: LoginPaths } | { readonly refusal: "used" | "expired" | "unknown" };

/**
 * Addresses that let one browser in, once. Whoever sees one in the arguments of the program that
 * opens it comes too late.
 */
export interface OneTimePaths {
  /** A new one, as a path on the held port. */
  make(login: LoginPaths): string;
  knows(path: string): boolean;
  /** Whether a browser was let in by it. */
  isUsed(path: string): boolean;
  /** What may be had with it now. Nothing is used up. */
  look(path: string): Claim;
  /** The same, and it is used up if that is a login. */
  use(path: string): Claim;
  /** It was of no use: it may be used again in its time. */
  giveBack(path: string): void;
}

export function createOneTimePaths(clock: Clock): OneTimePaths {
  const made = new Map<string, { readonly login: LoginPaths; readonly until: number; isUsed: boolean }>();
  const look = (path: string): Claim => {
    const found = made.get(path);
    if (!found) return { refusal: "unknown" };
    if (found.isUsed) return { refusal: "used" };
    return clock.now() < found.until ? { login: found.login } : { refusal: "expired" };
  };
  return {
    make: (login) => {
      const path = `${prefix}${randomBytes(32).toString("base64url")}`;
      made.set(path, { login, until: clock.now() + lifetimeMs, isUsed: false });
      const [oldest] = made.keys();
      if (oldest !== undefined && made.size > mostRemembered) made.delete(oldest);
      return path;
    },
    knows: (path) => made.has(path),
    isUsed: (path) => made.get(path)?.isUsed === true,
    look,
    use: (path) => {
      const claim = look(path);
      const found = made.get(path);
      if (found && "login" in claim) found.isUsed = true;
      return claim;
    },
    giveBack: (path) => {
      const found = made.get(path);
      if (found) found.isUsed = false;
    },
  };
}

/**
 * The path that a request asks for, if it looks like one of ours. It is in the first line, which a
 * browser sends in one piece. Pure.
 */
export function oneTimePathIn(request: Buffer): string | undefined {
  return requestLine.exec(request.toString("latin1", 0, longestLine))?.[1];
}
