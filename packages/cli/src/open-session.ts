import type { Session, SessionContext } from "@hpcnb/core";
import { loadValidSession } from "./valid-session.js";

/** A valid session file together with everything that a command needs to act on it. */
export async function openSession(
  argument: string | undefined,
  observe?: SessionContext["observe"],
): Promise<{ session: Session; context: SessionContext }> {
  const { session, plugins } = await loadValidSession(argument);
  const { composeSession } = await import("./container.js");
  return { session, context: { ...composeSession(session, plugins), ...(observe ? { observe } : {}) } };
}
