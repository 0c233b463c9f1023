import { connectCommand, forwardCommand } from "@hpcnb/client";
import { answeringNotebook } from "@hpcnb/core/session";
import { typed, wordFor } from "../help/pasteable.js";
import { whyNoBrowser } from "../opening/browser.js";
import { portOf } from "../opening/lost-port.js";
import { openNotebook } from "../opening/open-notebook.js";
import { withSession } from "../opening/with-session.js";
import type { TextOutcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { openTheWay } from "./connect.js";

/**
 * Opens the notebook in the browser, and the tunnel before it if there is none. Where no browser
 * opens, the text is the URL.
 */
export async function open(options: { session: string | undefined; signal: AbortSignal }): Promise<TextOutcome> {
  return withSession(
    options.session,
    async (found) => {
      const { context, session } = found;
      if (!context.connector) {
        const { directory } = await answeringNotebook(context, options.signal);
        tell("No browser opens on a submit node. Open it from your own machine with:");
        return { text: [`${connectCommand(directory)}\n`] };
      }
      const { tracker, baseUrl, token } = await openTheWay(found, options.signal);
      const url = context.workload.url(baseUrl, session);
      const none = whyNoBrowser(process.env, process.platform);
      const failure =
        none === undefined
          ? await openNotebook(context, { directory: tracker.directory, baseUrl, token }, options.signal)
          : { why: none, isSure: true };
      if (failure === undefined) return { notes: [`${url} opens in your browser.`] };
      if (!failure.isSure)
        return {
          notes: [
            `${url} was not opened yet: ${failure.why}.`,
            `\`${typed("connect", wordFor(session))}\` prints an address to open by hand.`,
          ],
        };
      tell(`No browser was opened: ${failure.why}. Open this address in a browser on this machine:`);
      return {
        text: [`${context.workload.url(baseUrl, session, token)}\n`],
        notes: [
          "It has the session's token, so give it to nobody. For a browser on another machine, run there first:",
          `  ${forwardCommand(portOf(baseUrl))}`,
        ],
      };
    },
    { doing: "looking for it" },
  );
}
