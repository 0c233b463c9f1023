import { request } from "node:http";
import {
  aborted,
  type Clock,
  type Endpoint,
  HpcnbError,
  isHpcnbError,
  limitedSignal,
  type OpenTunnel,
} from "@hpcnb/core";
import type { Forwarding } from "./ssh/forwarding.js";
import { untilLost } from "./until-lost.js";

/**
 * The notebook must answer through the tunnel within a limit, and it is looked at again and again.
 */
const answerLimitMs = 10_000;
const lookEveryMs = 30_000;

interface Watching {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** The host on the way, for messages. */
  readonly by: string;
  /** What may be wrong where the way is open and the notebook gives no answer. */
  readonly hint: string;
}

/**
 * A tunnel by a socket that leads to the notebook, for as long as the notebook answers there.
 * @throws HPCNB_TUNNEL when it does not at the beginning; the way is closed then.
 */
export async function openWatched(way: Forwarding, watching: Watching): Promise<OpenTunnel> {
  const { endpoint, clock, signal, by, hint } = watching;
  const { socket } = way;
  try {
    await answers(socket, signal);
  } catch (cause) {
    await way.close();
    if (isHpcnbError(cause)) throw cause;
    throw new HpcnbError("HPCNB_TUNNEL", `${describe(endpoint)} gives no answer by way of ${by}.`, { cause, hint });
  }

  const ending = new AbortController();
  const lost = untilLost(() => answers(socket), { clock, everyMs: lookEveryMs, signal: ending.signal });
  const silent = lost.then((error) => (error ? `${describe(endpoint)} gives no answer any more.` : "closed"));
  const closed = Promise.race([way.ended, silent]).then((reason) => {
    ending.abort();
    return way.close().then(
      () => reason,
      ({ message }: Error) => `${reason} Its remains could not be closed: ${message}`,
    );
  });
  return {
    address: { path: socket },
    closed,
    close: async () => {
      ending.abort();
      await closed;
    },
  };
}

function describe(endpoint: Endpoint): string {
  const where = endpoint.kind === "socket" ? endpoint.path : `port ${endpoint.port}`;
  return `The notebook on ${endpoint.host} (${where})`;
}

/**
 * Any answer of an HTTP server will do: which one, and whether it lets in, is not a tunnel's
 * business.
 */
function answers(socketPath: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = limitedSignal(answerLimitMs, signal);
    const asking = request({ socketPath, path: "/api", agent: false, signal: limit }, (response) => {
      // The rest of the answer is of no interest, and neither is what becomes of it.
      response.on("error", () => {});
      response.resume();
      resolve();
    });
    asking.on("error", (error) => reject(signal?.aborted ? aborted(signal) : error));
    asking.end();
  });
}
