import { HpcnbError, prepared } from "@hpcnb/core";
import { openSession } from "../open-session.js";

export async function open(options: { session: string | undefined; signal: AbortSignal }): Promise<void> {
  const { context, session } = await openSession(options.session);
  try {
    const tracker = await prepared(context, "look", options.signal);
    await tracker.observe();
    const { connection } = tracker.state;
    const token = await tracker.readToken();
    if (!connection || token === undefined) {
      throw new HpcnbError("HPCNB_NO_SESSION", `${session.name} is not reachable from here (${tracker.state.phase}).`, {
        hint: "`hpcnb up` starts it, or connects to it.",
      });
    }
    const { default: openUrl } = await import("open");
    await openUrl(context.workload.url(connection.baseUrl, session, token));
    process.stderr.write(`Opened ${context.workload.url(connection.baseUrl, session)} in your browser.\n`);
  } finally {
    await context.host.dispose?.();
  }
}
