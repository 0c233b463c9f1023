import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { type LocalAddress, limitedSignal } from "@hpcnb/core";
import type { OneTimePaths } from "./one-time.js";
import { answerWith, loginAnswer } from "./pages.js";
import { peerUser } from "./peer-user.js";

/** The notebook may take this long to let somebody in. */
const loginLimitMs = 20_000;

export interface Visit {
  readonly from: Socket;
  /** As its first lines say it. */
  readonly head: Buffer;
  readonly path: string;
}

/**
 * The HTTP answer to a browser that comes with a one-time address: the page, with the cookies of a
 * login that was made for it here. So the token is in no address that a browser sees, keeps or
 * shows.
 */
export async function letIn({ from, head, path }: Visit, paths: OneTimePaths, to: LocalAddress): Promise<string> {
  try {
    // The tables are read only for somebody who has an address that counts.
    if ("login" in paths.look(path) && isStranger(await peerUser(from))) return answerWith("stranger");
    const claim = paths.use(path);
    if ("refusal" in claim) return answerWith(claim.refusal);
    const { page, login } = claim.login;
    try {
      return loginAnswer(page, await cookiesOf(login, hostOf(head), to));
    } catch (error) {
      paths.giveBack(path);
      throw error;
    }
  } catch (error) {
    return answerWith("failed", (error as Error).message);
  }
}

/**
 * Root may do everything anyway, and the programs that pass connections on for a system run as
 * root.
 */
function isStranger(user: number | undefined): boolean {
  return user !== undefined && user !== 0 && user !== process.getuid?.();
}

/** By which name the browser came: the login's cookie is made for that. */
function hostOf(head: Buffer): string {
  return /\r\nhost:[ \t]*([\w.:[\]-]{1,255})[ \t]*\r\n/i.exec(head.toString("latin1"))?.[1] ?? "127.0.0.1";
}

/** @throws when the server lets nobody in. */
async function cookiesOf(path: string, host: string, to: LocalAddress): Promise<readonly string[]> {
  const where = "path" in to ? { socketPath: to.path } : to;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const signal = limitedSignal(loginLimitMs);
    request({ ...where, path, headers: { host }, agent: false, signal }, resolve)
      .on("error", reject)
      .end();
  });
  answer.on("error", () => answer.destroy()).destroy();
  const { statusCode = 0, headers } = answer;
  const cookies = headers["set-cookie"] ?? [];
  if (statusCode >= 400 || cookies.length === 0)
    throw new Error(`The notebook's server lets nobody in (status ${statusCode}).`);
  return cookies;
}
