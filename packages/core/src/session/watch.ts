import { type HpcnbError, isHpcnbError } from "../errors.js";
import type { SessionContext } from "./context.js";
import { lookAt } from "./open-session.js";
import type { Tracker } from "./tracker.js";

/** Milliseconds between two looks: as often as a waiting `up` asks a scheduler in the long run. */
const lookEveryMs = 10_000;

/** What one look at a session has seen. */
export type Look =
  | { readonly tracker: Tracker; readonly problem?: undefined }
  /** The submit node could not be reached. The jobs are unknown then, not gone. */
  | { readonly tracker: Tracker | undefined; readonly problem: HpcnbError };

/**
 * Looks at a session again and again, and starts and ends nothing. A host that cannot be reached is
 * a look like any other. It ends when `signal` does, and not before: a session that has ended may
 * be started again.
 */
export async function* watch(context: SessionContext, signal: AbortSignal): AsyncGenerator<Look, void> {
  let tracker: Tracker | undefined;
  try {
    for (;;) {
      let look: Look;
      try {
        if (tracker) await tracker.observe();
        else tracker = await lookAt(context, signal);
        await tracker.askWhy();
        look = { tracker };
      } catch (error) {
        if (!isHpcnbError(error, "HPCNB_SSH")) throw error;
        look = { tracker, problem: error };
      }
      yield look;
      await context.clock.sleep(lookEveryMs, signal);
    }
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_ABORTED")) throw error;
  }
}
