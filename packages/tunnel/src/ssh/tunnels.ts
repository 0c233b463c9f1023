import { defined, definePlugin, type Endpoint, type OpenTunnel, type Plugin, type TunnelContext } from "@hpcnb/core";
import { isSshHost } from "@hpcnb/host";
import type { SshConnection } from "@hpcnb/host/ssh";
import { openWatched } from "../watched.js";
import { type Forwarding, needsHost, newSocketPath } from "./forwarding.js";
import { connectToNode, isOpen, type NodeConnection, openJump } from "./jump.js";
import { openLoginForward } from "./login-forward.js";

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
  return openWatched(forwarding, {
    endpoint,
    clock,
    signal,
    by: connection.alias,
    hint: "The site may hide the job's files from ssh, or not allow such forwardings; another tunnel.kind may work.",
  });
}
