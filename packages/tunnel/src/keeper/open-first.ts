import { aborted, HpcnbError, isHpcnbError, type OpenTunnel, type Tunnel, throwIfAborted } from "@hpcnb/core";
import type { KeeperRequest } from "./protocol.js";

/**
 * One kind of tunnel may take this long to open. The limits inside of it, such as a login's, are
 * shorter: they have more to say.
 */
export const kindLimitMs = 75_000;

/**
 * One may take this long to let go of what it has begun. Nobody gives up waiting for a keeper's
 * answer sooner.
 */
const endLimitMs = 3_000;

export interface OpenLimits {
  readonly signal: AbortSignal;
  /** For each kind. */
  readonly limitMs: number;
}

export interface First {
  readonly opened: OpenTunnel;
  readonly tunnel: Tunnel;
  /** Why the tunnels before it could not be opened. */
  readonly note: string | undefined;
}

/**
 * Opens the first tunnel that works.
 * @throws HPCNB_TUNNEL with what was tried and what came of it, HPCNB_ABORTED.
 */
export async function openFirst(
  { endpoint }: Pick<KeeperRequest, "endpoint">,
  tunnels: readonly Tunnel[],
  limits: OpenLimits,
): Promise<First> {
  const failures: { kind: string; error: HpcnbError }[] = [];
  for (const tunnel of tunnels) {
    throwIfAborted(limits.signal);
    const start = performance.now();
    try {
      const opened = await inTime(limits, (signal) => tunnel.open(endpoint, signal));
      const note = failures.map(({ kind, error }) => `${kind}: ${firstLine(error)}`).join("; ");
      return { tunnel, opened, note: note === "" ? undefined : note };
    } catch (error) {
      const seconds = Math.round((performance.now() - start) / 1000);
      const kind = seconds === 0 ? tunnel.kind : `${tunnel.kind} (for ${seconds} s)`;
      failures.push({ kind, error: failureOfKind(error, endpoint.host) });
    }
  }
  throw noTunnel(endpoint.host, failures);
}

/**
 * What leaves room for another kind. A limit that is reached does too: where one way is blocked
 * another may be open.
 */
function failureOfKind(error: unknown, node: string): HpcnbError {
  if (isHpcnbError(error, "HPCNB_TUNNEL")) return error;
  if (!isHpcnbError(error, "HPCNB_TIMEOUT")) throw error;
  return new HpcnbError("HPCNB_TUNNEL", `${node} was not reached in time: ${error.message}`, {
    hint: error.hint ?? "A firewall may silently drop packets to it.",
    transient: true,
  });
}

function noTunnel(node: string, failures: readonly { kind: string; error: HpcnbError }[]): HpcnbError {
  const [only] = failures;
  if (only && failures.length === 1) return only.error;
  const tried = failures.map(({ kind, error }) => `  ${kind}: ${error.message.replaceAll("\n", "\n    ")}`);
  const hints = new Set(failures.flatMap(({ error }) => error.hint ?? []));
  return new HpcnbError(
    "HPCNB_TUNNEL",
    `No tunnel reaches the notebook on ${node}. Tried in this order:\n${tried.join("\n")}`,
    {
      hint: [
        ...hints,
        "No job is affected: `hpcnb status` shows what the scheduler says of them, `hpcnb connect` tries again.",
      ].join("\n"),
      transient: failures.every(({ error }) => error.transient),
    },
  );
}

function firstLine({ message }: Error): string {
  return message.split("\n")[0] ?? "";
}

/**
 * Ends an opening that takes too long, or that nobody wants any more. A tunnel that opens
 * nevertheless is closed.
 */
async function inTime(
  { signal, limitMs }: OpenLimits,
  open: (signal: AbortSignal) => Promise<OpenTunnel>,
): Promise<OpenTunnel> {
  const ending = new AbortController();
  const end = () => ending.abort();
  signal.addEventListener("abort", end);
  // Not a signal that times out: a tunnel that is open may still listen to it.
  let timer = setTimeout(end, limitMs);
  let isLate = false;
  const opening = open(ending.signal);
  const late = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => {
      timer = setTimeout(() => {
        isLate = true;
        reject(aborted(signal));
      }, endLimitMs);
    });
  });
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    if (isLate) opening.then((opened) => opened.close()).catch(() => {});
    if (signal.aborted || !ending.signal.aborted) throw error;
    throw new HpcnbError("HPCNB_TIMEOUT", `it was not open after ${limitMs / 1000} s.`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
