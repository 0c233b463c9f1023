import { rmSync } from "node:fs";
import type { Endpoint } from "@hpcnb/core";
import {
  checkNode,
  clientOptions,
  controlArguments,
  destinationArguments,
  leaseConnection,
  listens,
  masterOptions,
  nodeConnectTimeoutSeconds,
  option,
  proxyCommand,
  readConfig,
  runClient,
  type SshConnection,
  type SshRoute,
  sshFailure,
  type Target,
  wordsOfFailure,
} from "@hpcnb/host/ssh";
import { type Forwarding, forward, forwardingLimitMs, newSocketPath } from "./forwarding.js";

/** The connection to a node outlives a keeper that was killed by this. */
const persistSeconds = 5;

/** How ssh gets to a node through the submit node. */
export interface NodeConnection {
  readonly route: SshRoute;
  /** As a person would type it after `ssh`. */
  readonly destination: string;
  hangUp(): Promise<void>;
}

/** Logs in to a node. The connection ends with this process. @throws HPCNB_TUNNEL */
export async function connectToNode(
  connection: SshConnection,
  node: string,
  signal?: AbortSignal,
): Promise<NodeConnection> {
  checkNode(node);
  const to = { alias: node, configFile: connection.configFile };
  const [login, known] = await Promise.all([connection.open(signal), readConfig(to)]);
  checkNode(known.hostname);
  const destination = `-J ${connection.alias} ${node}`;
  const via = ["-l", login.config.user, ...option(`ProxyCommand=${proxyCommand(login.client([]))}`)];
  const controlPath = login.controlPath === undefined ? undefined : newSocketPath(connection, "node");
  const manner = { mayAsk: false, timeoutSeconds: nodeConnectTimeoutSeconds };
  const route: SshRoute = {
    config: known,
    controlPath,
    client: (more) => destinationArguments(to, [...clientOptions(known, { controlPath, ...manner }), ...via, ...more]),
    asks: false,
  };
  if (controlPath === undefined) return { route, destination, hangUp: async () => {} };

  const options = ["-f", "-N", ...masterOptions(known, { controlPath, persistSeconds, ...manner }), ...via];
  const end = await runClient(destinationArguments(to, options), {
    interactive: false,
    leavesProcess: true,
    limitMs: forwardingLimitMs,
    signal,
  });
  if (end.code !== 0) {
    const unshared = [...clientOptions(known, { controlPath: undefined, ...manner }), ...via];
    const said = await wordsOfFailure(end, [...destinationArguments(to, unshared), "true"], forwardingLimitMs);
    throw sshFailure(said, { destination, who: node, code: "HPCNB_TUNNEL" });
  }
  const lease = leaseConnection(controlPath);
  return {
    route,
    destination,
    hangUp: async () => {
      lease.release();
      if (await listens(controlPath))
        await runClient(controlArguments(controlPath, ["-O", "exit"]), {
          interactive: false,
          limitMs: forwardingLimitMs,
        });
      rmSync(controlPath, { force: true });
    },
  };
}

/** Whether it still leads there. */
export async function isOpen({ route }: NodeConnection): Promise<boolean> {
  return route.controlPath === undefined || (await listens(route.controlPath));
}

/** The notebook's socket, or a port that only the node can reach. */
export async function openJump(
  node: NodeConnection,
  endpoint: Endpoint,
  { socket, signal }: { socket: string; signal?: AbortSignal | undefined },
): Promise<Forwarding> {
  const { route, destination, hangUp } = node;
  try {
    const way = await forward({ route, destination, target: targetOn(endpoint), socket, signal });
    return {
      ...way,
      close: async () => {
        await way.close();
        await hangUp();
      },
    };
  } catch (error) {
    await hangUp();
    throw error;
  }
}

/** The endpoint as its own host sees it. */
export function targetOn(endpoint: Endpoint): Target {
  return endpoint.kind === "socket" ? { path: endpoint.path } : { host: endpoint.address, port: endpoint.port };
}

/** One may be given with its domain, the other without. */
export function isSameHost(one: string, other: string): boolean {
  return one === other || one.split(".")[0] === other || one === other.split(".")[0];
}
