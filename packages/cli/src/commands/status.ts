import { connectionOf, type StatusView, statusView, viewFromHere, whyClosed } from "@hpcnb/client";
import { isHpcnbError } from "@hpcnb/core";
import { engineDifferences, lookAt, type SessionContext, withLogs } from "@hpcnb/core/session";
import { wordFor } from "../pasteable.js";
import { printJson, printText } from "../print.js";
import { renderStatus, shownEngines } from "../report/render-status.js";
import { watchStatus } from "../report/watch-status.js";
import { withSession } from "../with-session.js";

export interface StatusOptions {
  readonly session: string | undefined;
  /** Keeps it on the screen until Ctrl-C. */
  readonly watch: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export async function status({ session: argument, watch, json, signal }: StatusOptions): Promise<void> {
  await withSession(argument, async ({ context, session, progress }) => {
    const called = wordFor(session);
    const print = (view: StatusView) =>
      json ? printJson(view) : printText(...renderStatus(view, { now: Date.now(), called }));
    const look = async () => {
      try {
        return { view: await viewOf(context, signal) };
      } catch (error) {
        if (!isHpcnbError(error, "HPCNB_SSH")) throw error;
        // This machine's own facts can still be shown. The jobs are unknown, not gone.
        return { view: viewFromHere(session, await connectionOf(session)), error };
      }
    };
    if (watch) {
      const first = await look();
      progress.stop();
      return watchStatus(first.view, { called, json, signal, look: async () => (await look()).view });
    }
    const { view, error } = await look();
    print(view);
    if (error) throw error;
  });
}

async function viewOf(context: SessionContext, signal: AbortSignal): Promise<StatusView> {
  const { session } = context;
  const tracker = await lookAt(context, signal);
  await tracker.askWhy();
  const differences = engineDifferences(tracker.state);
  return statusView(session, tracker.state, {
    differences: [...(await withLogs(tracker, differences.slice(0, shownEngines))), ...differences.slice(shownEngines)],
    directory: tracker.directory,
    readiness: context.readiness.name,
    tunnelClosed: context.connector && (await whyClosed(context.host, tracker.directory)),
    url: (baseUrl) => context.workload.url(baseUrl, session),
  });
}
