import { expectSuccess } from "../command.js";
import { recordPath } from "./layout.js";
import type { Tracker } from "./tracker.js";

/**
 * Makes room where a record is damaged, whatever kind of file it is. What there was is kept beside
 * it. To be called with the session's lock held, when no job of the session is listed any more. A
 * newer hpcnb's record is left to that.
 */
export async function setAsideDamaged(tracker: Tracker, signal?: AbortSignal): Promise<void> {
  const { host } = tracker.context;
  if (tracker.state.recordProblem?.kind !== "damaged") return;
  const path = recordPath(tracker.directory);
  const script = 'rm -rf -- "$2" && mv -f -- "$1" "$2"';
  const result = await host.run(["sh", "-c", script, "hpcnb", path, `${path}.damaged`], { signal });
  expectSuccess(result, `${path} cannot be moved aside`);
}
