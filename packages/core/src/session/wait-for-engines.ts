import type { SessionContext } from "./context.js";
import { openTracker } from "./open-session.js";
import type { SessionState } from "./session-state.js";
import { waitUntilUp } from "./wait-until-up.js";

/**
 * Waits until as many engines are registered as are asked for, whatever minimum the session file
 * gives. No tunnel is opened for it. `observe` is called once all is known that can be.
 * @returns the state then.
 * @throws HPCNB_JOB_ENDED when too few are left, HPCNB_TIMEOUT and HPCNB_ABORTED: the jobs go on.
 */
export async function waitForEngines(context: SessionContext, signal?: AbortSignal): Promise<SessionState> {
  let isKnown = false;
  const observe: SessionContext["observe"] = (state, event) => isKnown && context.observe?.(state, event);
  const tracker = await openTracker({ ...context, connector: undefined, observe }, "look", signal);
  tracker.wanted = { cluster: { minimum: Number.POSITIVE_INFINITY }, connection: false };
  await tracker.observe();
  isKnown = true;
  await waitUntilUp(tracker, { signal });
  return tracker.state;
}
