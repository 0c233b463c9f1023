import type { SessionContext } from "./context.js";
import { resolveDirectory } from "./prepare.js";
import { Tracker } from "./tracker.js";

/** Where every command begins: the notebook directory found on the host. */
export async function prepared(context: SessionContext, mode: "make" | "look", signal?: AbortSignal): Promise<Tracker> {
  let ahead = 0;
  const directory = await resolveDirectory(context.host, context.session.notebook.directory, mode, {
    signal,
    note: context.note,
    onClock: (milliseconds) => {
      ahead = milliseconds;
    },
  });
  const tracker = new Tracker(context, directory, signal);
  tracker.hostAhead = ahead;
  return tracker;
}
