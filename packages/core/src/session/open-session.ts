import type { SessionContext } from "./context.js";
import { findNotebookDirectory } from "./notebook-directory.js";
import { Tracker } from "./tracker.js";

/** Where every command begins: the notebook directory found on the host. */
export async function openTracker(
  context: SessionContext,
  mode: "make" | "look",
  signal?: AbortSignal,
): Promise<Tracker> {
  return (await found(context, mode, signal)).tracker;
}

async function found(
  context: SessionContext,
  mode: "make" | "look",
  signal: AbortSignal | undefined,
): Promise<{ readonly tracker: Tracker; readonly record: string | undefined }> {
  let aheadMs = 0;
  let record: string | undefined;
  const directory = await findNotebookDirectory(context.host, context.session.notebook.directory, mode, {
    signal,
    note: context.note,
    onClock: (hostAheadMs) => {
      aheadMs = hostAheadMs;
    },
    onRecord: (text) => {
      record = text;
    },
  });
  const tracker = new Tracker(context, directory, signal);
  tracker.hostAheadMs = aheadMs;
  return { tracker, record };
}

/**
 * A session as it is now. The scheduler is asked while its folder is still looked up: neither needs
 * the other's answer.
 */
export async function lookAt(context: SessionContext, signal?: AbortSignal): Promise<Tracker> {
  const asked = context.scheduler.status(signal);
  // What the folder has to say comes first; where this is needed, it is awaited.
  asked.catch(() => {});
  const { tracker, record } = await found(context, "look", signal);
  await tracker.observe({ asked, record });
  return tracker;
}
