import type { Session, SessionContext } from "@hpcnb/core";
import { findSessionFile } from "./find-session.js";
import { parseAddress } from "./session-address.js";
import { loadValidSession } from "./valid-session.js";

export interface OpenSession {
  readonly session: Session;
  readonly context: SessionContext;
}

/**
 * Runs `work` with a session, from its file or from where it is, and everything that is needed to act on it, and lets go of the host afterwards.
 * `announce` is told before code runs that hpcnb does not bring along.
 */
export async function withSession<T>(
  argument: string | undefined,
  work: (open: OpenSession) => Promise<T>,
  announce?: (sentence: string) => void,
): Promise<T> {
  const place = findSessionFile(argument);
  const address = parseAddress(place);
  const { session, plugins } = address
    ? await (await import("./session-at.js")).loadSessionAt(address)
    : await loadValidSession(place, announce);
  const { composeSession } = await import("./container.js");
  const context = composeSession(session, plugins);
  try {
    return await work({ session, context });
  } finally {
    await context.host.dispose?.();
  }
}
