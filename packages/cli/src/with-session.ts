import type { Session, SessionContext } from "@hpcnb/core";
import { loadValidSession } from "./valid-session.js";

export interface OpenSession {
  readonly session: Session;
  readonly context: SessionContext;
}

/** Runs `work` with a valid session file and everything that is needed to act on it, and lets go of the host afterwards. */
export async function withSession<T>(
  argument: string | undefined,
  work: (open: OpenSession) => Promise<T>,
): Promise<T> {
  const { session, plugins } = await loadValidSession(argument);
  const { composeSession } = await import("./container.js");
  const context = composeSession(session, plugins);
  try {
    return await work({ session, context });
  } finally {
    await context.host.dispose?.();
  }
}
