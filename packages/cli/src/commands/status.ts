import { connectionOf, type StatusView, statusView, viewFromHere, whyClosed } from "@hpcnb/client";
import { aborted } from "@hpcnb/core";
import { type Look, type SessionContext, troubledEngines, watch, withLogs } from "@hpcnb/core/session";
import { wordFor } from "../help/pasteable.js";
import { withSession } from "../opening/with-session.js";
import type { Outcome } from "../printing/outcome.js";
import { renderStatus, shownEngines } from "../report/render-status.js";
import { watchStatus } from "../report/watch-status.js";

export interface StatusOptions {
  readonly session: string | undefined;
  /** Keeps it on the screen until Ctrl-C. */
  readonly watch: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export async function status({
  session: argument,
  watch: isKept,
  json,
  signal,
}: StatusOptions): Promise<Outcome<"status">> {
  return withSession(argument, async ({ context, session, progress }) => {
    const called = wordFor(session);
    async function* views() {
      for await (const look of watch(context, signal)) {
        progress.stop();
        yield await viewOf(context, look);
      }
    }
    if (isKept) {
      await watchStatus(views(), { called, json });
      return {};
    }
    const look = await firstLook(context, signal);
    const view = await viewOf(context, look);
    if (look.problem) look.problem.help ??= session.site?.help;
    return { value: view, text: renderStatus(view, { now: Date.now(), called }), failure: look.problem };
  });
}

/** The first look of all. */
async function firstLook(context: SessionContext, signal: AbortSignal): Promise<Look> {
  for await (const look of watch(context, signal)) return look;
  throw aborted(signal);
}

/** This machine's own facts can still be shown where the host cannot be reached. */
async function viewOf(context: SessionContext, { tracker, problem }: Look): Promise<StatusView> {
  const { session } = context;
  if (problem) return viewFromHere(session, await connectionOf(session));
  const differences = troubledEngines(tracker.state);
  return statusView(session, tracker.state, {
    differences: [...(await withLogs(tracker, differences.slice(0, shownEngines))), ...differences.slice(shownEngines)],
    directory: tracker.directory,
    readiness: context.readiness.name,
    tunnelClosed: context.connector && (await whyClosed(context.host, tracker.directory)),
    url: (baseUrl) => context.workload.url(baseUrl, session),
  });
}
