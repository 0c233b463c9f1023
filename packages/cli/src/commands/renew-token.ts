import { isWhole } from "@hpcnb/core";
import { renewToken as renew } from "@hpcnb/core/session";
import { withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";

/**
 * Gives the running notebook another token, and tells the URL that has it where the notebook is
 * connected to this machine.
 */
export async function renewToken(options: {
  session: string | undefined;
  signal: AbortSignal;
}): Promise<Outcome<"renew-token">> {
  return withSession(options.session, async ({ context, session }) => {
    const { tracker } = await renew(context, options.signal);
    const { connection } = tracker.state;
    const token = await tracker.token.read();
    const url =
      connection && isWhole(connection) ? context.workload.url(connection.baseUrl, session, token) : undefined;
    const next = url ? "Open the new URL" : "`hpcnb connect` prints the new URL";
    return {
      value: { name: session.name, url },
      text: url ? [`${url}\n`] : [],
      notes: [`${session.name} has a new token. ${next}: tabs that are open have the old one.`],
    };
  });
}
