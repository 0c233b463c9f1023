import { request } from "node:http";
import {
  aborted,
  defined,
  definePlugin,
  type Endpoint,
  HpcnbError,
  isHpcnbError,
  type OpenTunnel,
  type Plugin,
  type TunnelContext,
} from "@hpcnb/core";
import { isSshHost } from "@hpcnb/host";
import type { SshConnection } from "@hpcnb/host/ssh";
import { type Forwarding, needsHost, newSocketPath } from "./forwarding.js";
import { connectToNode, isOpen, type NodeConnection, openJump } from "./jump.js";
import { openLoginForward } from "./login-forward.js";

/**
 * The notebook must answer through the tunnel within a limit, and it is looked at again and again.
 * So many looks in a row must fail.
 */
const answerLimitMs = 10_000;
const lookEveryMs = 30_000;
const missesBelieved = 3;

type OpenForwarding = (
  connection: SshConnection,
  endpoint: Endpoint,
  options: { socket: string; signal?: AbortSignal | undefined },
) => Promise<Forwarding>;

/** Laptop, submit node, node: ssh reaches the node itself. */
export const jumpTunnel: Plugin = sshTunnel("jump", () => {
  let known: { readonly node: string; readonly connecting: Promise<NodeConnection>; hasFailed: boolean } | undefined;
  return {
    prepare: async (connection, node) => {
      const preparing = { node, connecting: connectToNode(connection, node), hasFailed: false };
      known = preparing;
      await preparing.connecting.catch((error) => {
        preparing.hasFailed = true;
        throw error;
      });
    },
    openForwarding: async (connection, endpoint, options) => {
      // One that is still under way says what another would; one that has failed before may go well
      // now.
      const prepared = known?.node === endpoint.host && !known.hasFailed ? await known.connecting : undefined;
      known = undefined;
      const reached =
        prepared && (await isOpen(prepared))
          ? prepared
          : await connectToNode(connection, endpoint.host, options.signal);
      return openJump(reached, endpoint, options);
    },
  };
});

/** Laptop, submit node: that one reaches the node. */
export const loginForwardTunnel: Plugin = sshTunnel("login-forward", () => ({ openForwarding: openLoginForward }));

interface Forwarder {
  readonly openForwarding: OpenForwarding;
  readonly prepare?: (connection: SshConnection, node: string) => Promise<void>;
}

function sshTunnel(name: string, createForwarder: () => Forwarder): Plugin {
  return definePlugin({
    apiVersion: 1,
    name,
    tunnel: {
      create: (context) => {
        const { openForwarding, prepare } = createForwarder();
        const { host } = context;
        return {
          kind: name,
          ...defined({
            prepare: prepare && isSshHost(host) ? (node: string) => prepare(host.connection, node) : undefined,
          }),
          open: (endpoint, signal) => open(context, { name, openForwarding, endpoint, signal }),
        };
      },
    },
  });
}

interface Wanted {
  readonly name: string;
  readonly openForwarding: OpenForwarding;
  readonly endpoint: Endpoint;
  readonly signal: AbortSignal | undefined;
}

async function open({ host, clock }: TunnelContext, wanted: Wanted): Promise<OpenTunnel> {
  const { name, openForwarding, endpoint, signal } = wanted;
  if (!isSshHost(host)) throw needsHost(name);
  const { connection } = host;
  const socket = newSocketPath(connection, "way");
  const forwarding = await openForwarding(connection, endpoint, { socket, signal });
  try {
    await answers(socket, signal);
  } catch (cause) {
    await forwarding.close();
    if (isHpcnbError(cause)) throw cause;
    throw new HpcnbError("HPCNB_TUNNEL", `${describe(endpoint)} gives no answer by way of ${connection.alias}.`, {
      cause,
      hint: "The site may hide the job's files from ssh, or not allow such forwardings; another tunnel.kind may work.",
    });
  }

  const ending = new AbortController();
  const closed = Promise.race([forwarding.ended, watch()]).then((reason) => {
    ending.abort();
    return forwarding.close().then(
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

  async function watch(): Promise<string> {
    let misses = 0;
    while (misses < missesBelieved) {
      try {
        await clock.sleep(lookEveryMs, ending.signal);
      } catch {
        return "closed";
      }
      misses = await answers(socket).then(
        () => 0,
        () => misses + 1,
      );
    }
    return `${describe(endpoint)} gives no answer any more.`;
  }
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
    const limit = AbortSignal.any([AbortSignal.timeout(answerLimitMs), ...(signal ? [signal] : [])]);
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
