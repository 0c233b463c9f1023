import { HpcnbError, isHpcnbError, type KindFailure, type OpenTunnel, type Tunnel, throwIfAborted } from "@hpcnb/core";
import { type Attempt, type OpenLimits, type Outcome, startAttempt } from "./attempt.js";
import { noTunnel } from "./no-tunnel.js";
import type { KeeperRequest } from "./protocol.js";

/**
 * The next kind is tried beside the others when none has answered for this long. The last of four
 * kinds begins so early that it needs at most 5 s more than alone. Side by side they take no more
 * than two sessions of the shared connection, and sshd gives ten (MaxSessions).
 */
export const patienceMs = 1_200;

export interface First {
  readonly opened: OpenTunnel;
  readonly tunnel: Tunnel;
  /** The kinds before it, in the same order. */
  readonly failures: readonly KindFailure[];
}

/** A kind that was not opened. */
export interface FailedKind {
  readonly tunnel: Tunnel;
  readonly seconds: number;
  readonly error: HpcnbError;
}

/**
 * Opens the first tunnel that works. They are tried in their order; one that is slow does not keep
 * the next one from being tried beside it. Nobody is asked anything meanwhile, and those that are
 * not needed are closed.
 * @throws HPCNB_TUNNEL with what was tried and what came of it, HPCNB_SSH when the submit node
 *   itself is not reached, HPCNB_ABORTED.
 */
export async function openFirst(
  { endpoint, host: login }: Pick<KeeperRequest, "endpoint" | "host">,
  tunnels: readonly Tunnel[],
  limits: OpenLimits,
): Promise<First> {
  const waiting = [...tunnels];
  const trying = new Set<Attempt>();
  const failed: FailedKind[] = [];
  let fatal: unknown;
  const orderOf = (kind: FailedKind) => tunnels.indexOf(kind.tunnel);
  const inOrder = (kinds: FailedKind[]) => kinds.sort((one, other) => orderOf(one) - orderOf(other));
  const secondsOf = ({ since }: Attempt) => Math.round((limits.clock.now() - since) / 1000);
  try {
    for (;;) {
      throwIfAborted(limits.signal);
      const next = waiting.shift();
      if (next) trying.add(startAttempt(next, endpoint, limits));
      if (trying.size === 0) throw fatal ?? noTunnel({ login, node: endpoint.host }, inOrder(failed));
      const outcome = await firstOutcome(trying, waiting.length > 0, limits);
      if (!outcome) continue;
      const { attempt, opened, error } = outcome;
      trying.delete(attempt);
      const { tunnel } = attempt;
      if (opened) {
        const slower = [...trying].map((other) => tooSlow(other.tunnel, secondsOf(other), tunnel.kind));
        const before = inOrder([...failed, ...slower]).filter((kind) => orderOf(kind) < tunnels.indexOf(tunnel));
        // What does not end of itself ends with this process.
        void endAll(trying);
        return { tunnel, opened, failures: before.map(failureOf) };
      }
      const failure = failureOfKind(error, endpoint.host);
      if (failure) failed.push({ tunnel, seconds: secondsOf(attempt), error: failure });
      else {
        // The others would meet the same, unless they are further already.
        fatal ??= error;
        waiting.length = 0;
      }
    }
  } catch (error) {
    await endAll(trying);
    throw error;
  }
}

/** Undefined when another kind may begin meanwhile. */
async function firstOutcome(
  trying: ReadonlySet<Attempt>,
  hasNext: boolean,
  { clock }: OpenLimits,
): Promise<Outcome | undefined> {
  const answered = new AbortController();
  const outcomes = [...trying].map(({ outcome }) => outcome);
  const aWhile = () => clock.sleep(patienceMs, answered.signal).catch(() => {});
  try {
    const first = await Promise.race([...outcomes, ...(hasNext ? [aWhile()] : [])]);
    return first ?? undefined;
  } finally {
    answered.abort();
  }
}

async function endAll(attempts: Iterable<Attempt>): Promise<void> {
  await Promise.allSettled([...attempts].map((attempt) => attempt.end()));
}

/**
 * What leaves room for another kind. A limit that is reached does too: where one way is blocked
 * another may be open.
 */
function failureOfKind(error: unknown, node: string): HpcnbError | undefined {
  if (isHpcnbError(error, "HPCNB_TUNNEL")) return error;
  if (!isHpcnbError(error, "HPCNB_TIMEOUT")) return undefined;
  return new HpcnbError("HPCNB_TUNNEL", `${node} was not reached in time: ${error.message}`, {
    hint: error.hint ?? "A firewall may silently drop packets to it.",
    transient: true,
  });
}

function tooSlow(tunnel: Tunnel, seconds: number, winner: string): FailedKind {
  return {
    tunnel,
    seconds,
    error: new HpcnbError("HPCNB_TUNNEL", `no answer for ${seconds} s, when ${winner} was open`),
  };
}

function failureOf({ tunnel, error }: FailedKind): KindFailure {
  return { kind: tunnel.kind, why: error.message.split("\n")[0] ?? "" };
}
