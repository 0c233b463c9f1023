import { writeRedirect } from "@hpcnb/client";
import { HpcnbError, isWhole } from "@hpcnb/core";
import { lookAt, whyNoRecord } from "@hpcnb/core/session";
import { openInBrowser } from "../browser.js";
import { tell } from "../print.js";
import { withSession } from "../with-session.js";

export async function open(options: { session: string | undefined; signal: AbortSignal }): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const tracker = await lookAt(context, options.signal);
    const { connection } = tracker.state;
    if (!connection || !isWhole(connection)) {
      const unreadable = whyNoRecord(tracker.state);
      if (unreadable) throw unreadable;
      throw new HpcnbError("HPCNB_NO_SESSION", `${session.name} is not reachable from here (${tracker.state.phase}).`, {
        hint: "`hpcnb up` starts it, or connects to it; `hpcnb status` shows its tunnel.",
      });
    }
    const token = await tracker.readToken();
    const problem = await openInBrowser(
      writeRedirect(session.name, context.workload.url(connection.baseUrl, session, token)),
    );
    if (problem === undefined) tell(`Opening ${context.workload.url(connection.baseUrl, session)} in your browser.`);
    else
      throw new HpcnbError("HPCNB_COMMAND_FAILED", `Nothing was opened: ${problem}.`, {
        hint: "`hpcnb connect` prints the address, to be opened by hand.",
      });
  });
}
