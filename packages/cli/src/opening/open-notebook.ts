import type { LoginPaths } from "@hpcnb/core";
import type { SessionContext } from "@hpcnb/core/session";
import { openInBrowser } from "./browser.js";

interface Opened {
  /** The notebook directory. */
  readonly directory: string;
  readonly baseUrl: string;
  readonly token: string;
}

/** A browser that opens at all has asked for the notebook within this time. */
const visitLimitMs = 8_000;
const lookEveryMs = 200;

/** Why a user has to open the notebook by hand, or may have to. */
interface NotOpened {
  readonly why: string;
  /** False when a browser was started, and may show a page yet. */
  readonly isSure: boolean;
}

/**
 * Opens a connected notebook in the user's browser, by an address that works once: a program's
 * arguments are there for everybody to see.
 * @returns undefined when a browser has the notebook.
 */
export async function openNotebook(
  context: SessionContext,
  opened: Opened,
  signal: AbortSignal,
): Promise<NotOpened | undefined> {
  const { connector, clock } = context;
  if (!connector) return { why: "this is a submit node", isSure: true };
  const address = await connector.oneTimeAddress(opened.directory, loginPaths(context, opened));
  const why = await openInBrowser(address);
  if (why !== undefined) return { why, isSure: true };
  const deadline = clock.now() + visitLimitMs;
  while ((await connector.isVisited(opened.directory, address)) === false) {
    if (clock.now() >= deadline)
      return { why: `a browser was started, and has not asked for it within ${visitLimitMs / 1000} s`, isSure: false };
    await clock.sleep(lookEveryMs, signal);
  }
  return undefined;
}

function loginPaths({ session, workload }: SessionContext, { baseUrl, token }: Opened): LoginPaths {
  const path = (url: string) => url.slice(baseUrl.length);
  return { page: path(workload.url(baseUrl, session)), login: path(workload.url(baseUrl, session, token)) };
}
