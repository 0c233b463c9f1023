import type { LoginPaths } from "@hpcnb/core";
import type { SessionContext } from "@hpcnb/core/session";
import { openInBrowser } from "./browser.js";

interface Opened {
  /** The notebook directory. */
  readonly directory: string;
  readonly baseUrl: string;
  readonly token: string;
}

/**
 * Opens a connected notebook in the user's browser, by an address that works once: a program's
 * arguments are there for everybody to see.
 * @returns why no browser was opened, or undefined.
 */
export async function openNotebook(context: SessionContext, opened: Opened): Promise<string | undefined> {
  const { connector } = context;
  if (!connector) return "this is a submit node";
  return openInBrowser(await connector.oneTimeAddress(opened.directory, loginPaths(context, opened)));
}

function loginPaths({ session, workload }: SessionContext, { baseUrl, token }: Opened): LoginPaths {
  const path = (url: string) => url.slice(baseUrl.length);
  return { page: path(workload.url(baseUrl, session)), login: path(workload.url(baseUrl, session, token)) };
}
