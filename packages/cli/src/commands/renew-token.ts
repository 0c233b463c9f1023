import { isWhole } from "@hpcnb/core";
import { renewToken as renew } from "@hpcnb/core/session";
import { printResult, printText, tell } from "../print.js";
import { withSession } from "../with-session.js";

/**
 * Gives the running notebook another token, and prints the URL that has it where the notebook is
 * connected to this machine.
 */
export async function renewToken(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const { tracker } = await renew(context, options.signal);
    const { connection } = tracker.state;
    const token = await tracker.readToken();
    const url =
      connection && isWhole(connection) ? context.workload.url(connection.baseUrl, session, token) : undefined;
    if (options.json) return printResult<"renew-token">({ name: session.name, url });
    if (url) printText(`${url}\n`);
    const next = url ? "Open the new URL" : "`hpcnb connect` prints the new URL";
    tell(`${session.name} has a new token. ${next}: tabs that are open have the old one.`);
  });
}
