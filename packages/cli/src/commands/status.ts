import { engineDifferences, isHpcnbError, prepared, type Tracker, withLogs } from "@hpcnb/core";
import { connectionOf, whyClosed } from "@hpcnb/tunnel";
import { printJson, printText } from "../print.js";
import { renderStatus, shownEngines } from "../report/render-status.js";
import { type StatusView, statusView, viewFromHere } from "../report/status-view.js";
import { withSession } from "../with-session.js";

export async function status(options: {
  session: string | undefined;
  json: boolean;
  signal: AbortSignal;
}): Promise<void> {
  await withSession(options.session, async ({ context, session }) => {
    const print = (view: StatusView) => (options.json ? printJson(view) : printText(renderStatus(view)));
    let tracker: Tracker;
    try {
      tracker = await prepared(context, "look", options.signal);
      await tracker.observe();
      await tracker.askWhy();
    } catch (error) {
      // What is on this machine can be told all the same; the jobs are unknown, not gone.
      if (isHpcnbError(error, "HPCNB_SSH")) print(viewFromHere(session, await connectionOf(session)));
      throw error;
    }
    const differences = engineDifferences(tracker.state);
    const view = statusView(session, tracker.state, {
      differences: [
        ...(await withLogs(tracker, differences.slice(0, shownEngines))),
        ...differences.slice(shownEngines),
      ],
      directory: tracker.directory,
      readiness: context.readiness.name,
      tunnelClosed: context.connector && (await whyClosed(context.host, tracker.directory)),
      url: (baseUrl) => context.workload.url(baseUrl, session),
    });
    print(view);
  });
}
