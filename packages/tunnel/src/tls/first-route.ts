import { type Clock, type HpcnbError, isHpcnbError, throwIfAborted } from "@hpcnb/core";
import type { Route } from "./route.js";

/** The next address is tried when the one before has said nothing for so long. */
const staggerMs = 500;

interface Search {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly open: (address: string, signal: AbortSignal) => Promise<Route>;
  /** @throws HPCNB_TUNNEL when the route leads to somebody else, or to nobody. */
  readonly expectRight: (route: Route, signal: AbortSignal) => Promise<void>;
  /** What to tell when no address has a route, by what came of each. */
  readonly problem: (failures: ReadonlyMap<string, HpcnbError>) => HpcnbError;
}

/**
 * A route to the first address that is right, of those that a host says it has: some may be unknown
 * elsewhere, or lead nowhere without a word. They are tried side by side, and the rest is closed.
 * @throws what `problem` makes, HPCNB_ABORTED.
 */
export async function firstRoute(addresses: readonly string[], search: Search): Promise<Route> {
  const { clock, signal, open, expectRight, problem } = search;
  const over = new AbortController();
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const failures = new Map<string, HpcnbError>();
  const tries: Promise<Route>[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  for (const address of addresses) {
    const trying = turn.then(() => tryOne(address));
    const pause = turn.then(() => clock.sleep(staggerMs, either));
    turn = Promise.race([trying, pause]).catch(() => {});
    pause.catch(() => {});
    tries.push(trying);
  }
  try {
    return await Promise.any(tries);
  } catch (error) {
    throwIfAborted(signal);
    const { errors } = error as AggregateError;
    throw errors.find((one) => !isHpcnbError(one, "HPCNB_TUNNEL")) ?? problem(failures);
  } finally {
    over.abort();
  }

  async function tryOne(address: string): Promise<Route> {
    throwIfAborted(either);
    try {
      const route = await open(address, either);
      try {
        await expectRight(route, either);
        throwIfAborted(either);
      } catch (error) {
        await route.close();
        throw error;
      }
      over.abort();
      return route;
    } catch (error) {
      if (isHpcnbError(error, "HPCNB_TUNNEL")) failures.set(address, error);
      throw error;
    }
  }
}
