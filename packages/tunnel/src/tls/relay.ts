import {
  definePlugin,
  type Endpoint,
  HpcnbError,
  type OpenTunnel,
  type Plugin,
  readKeeperKeys,
  type TunnelContext,
} from "@hpcnb/core";
import { isSshHost } from "@hpcnb/host";
import { newSocketPath } from "../ssh/forwarding.js";
import { openWatched } from "../watched.js";
import { firstRoute } from "./first-route.js";
import { type NotebookTls, notebookTls } from "./notebook-tls.js";
import { type Route, routeTo } from "./route.js";
import { serveSocket } from "./serve-socket.js";

/** A connection that a flood of strangers has pushed out is made again, so many times. */
const triesOfVisitor = 5;

/**
 * For a notebook whose host nobody may log in to: its job has a port on the cluster's network that
 * speaks TLS with this run's keeper only. The submit node opens the TCP connections.
 */
export const relayTunnel: Plugin = definePlugin({
  apiVersion: 1,
  name: "relay",
  tunnel: {
    create: (context) => ({
      kind: "relay",
      open: (endpoint, signal) => open(context, endpoint, signal),
    }),
  },
});

async function open(context: TunnelContext, endpoint: Endpoint, signal?: AbortSignal): Promise<OpenTunnel> {
  const { host, clock } = context;
  const { relay, run } = endpoint;
  if (!relay || !run) throw noRelay(endpoint);
  const secure = notebookTls(await readKeeperKeys(host, run, signal));
  const by = host.name;
  const route = await firstRoute(relay.addresses, {
    clock,
    signal,
    open: (address, signal) => routeTo(host, { host: address, port: relay.port }, signal),
    expectRight: async ({ dial }, signal) => void (await secure(await dial(signal), signal)).destroy(),
    problem: (failures) => unreached({ by, node: endpoint.host, port: relay.port, failures }),
  });
  const socket = newSocketPath(isSshHost(host) ? host.connection : undefined, "way");
  const served = await serveSocket(socket, () => dialAgain(route, secure)).catch(async (error: unknown) => {
    await route.close();
    throw error;
  });
  return openWatched(
    {
      socket,
      ended: route.ended,
      close: async () => {
        await served.close();
        await route.close();
      },
    },
    { endpoint, clock, signal, by, hint: "The notebook's relay was reached: `hpcnb logs` shows what its job says." },
  );
}

async function dialAgain({ dial }: Route, secure: NotebookTls) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await secure(await dial());
    } catch (error) {
      if (tries === triesOfVisitor) throw error;
    }
  }
}

function noRelay({ host }: Endpoint): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", `The notebook job on ${host} has no relay.`, {
    hint: "It was started for another tunnel.kind or by an older hpcnb, or `hpcnb status` says why it could not listen. `hpcnb down` and `hpcnb up` start it again.",
  });
}

interface Unreached {
  readonly by: string;
  readonly node: string;
  readonly port: number;
  /** For each address. */
  readonly failures: ReadonlyMap<string, HpcnbError>;
}

function unreached({ by, node, port, failures }: Unreached): HpcnbError {
  const tried = [...failures].map(([address, { message }]) => `${address}: ${message.replace(/\.$/, "")}`);
  const hints = new Set([...failures.values()].flatMap(({ hint }) => hint ?? []));
  const firewall = `A firewall may keep ${by} from this port of ${node}: ask the site which ports are open between them.`;
  return new HpcnbError(
    "HPCNB_TUNNEL",
    `${by} cannot reach port ${port} of ${node}, the notebook's relay (${tried.join("; ")}).`,
    { hint: hints.size > 0 ? [...hints].join("\n") : firewall },
  );
}
