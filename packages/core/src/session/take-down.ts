import type { SessionContext } from "./context.js";
import { endJobs } from "./end-jobs.js";
import { withLock } from "./lock.js";
import { prepared } from "./open-session.js";

/**
 * Ends everything that the session started, and returns when the scheduler no longer lists any of it.
 * @returns how many jobs were ended by this call; undefined when there is no session.
 * @throws HPCNB_NOT_STOPPED naming what is still there; calling again is safe.
 */
export async function takeDown(
  context: SessionContext,
  signal?: AbortSignal,
): Promise<{ cancelled: number } | undefined> {
  const tracker = await prepared(context, "look", signal);
  if (!(await tracker.readRecord())) return undefined;
  return withLock(tracker, signal, async () => {
    const record = await tracker.readRecord();
    if (!record) return undefined;
    // A tunnel that cannot be closed is no reason to let the jobs go on; it is told after their end.
    const [closing] = await Promise.allSettled([context.connector?.disconnect(tracker.directory)]);
    tracker.dispatch({ type: "tunnel-closed" });
    const cancelled = record.ended ? 0 : await endJobs(tracker, record, "ended by `hpcnb down`", signal);
    if (closing.status === "rejected") throw closing.reason;
    return { cancelled };
  });
}
