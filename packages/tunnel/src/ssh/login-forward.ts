import type { Endpoint, Host } from "@hpcnb/core";
import { runRemotely, type SshConnection } from "@hpcnb/host/ssh";
import { type Forwarding, forward } from "./forwarding.js";
import { isSameHost, targetOn } from "./jump.js";
import { openNodeClient } from "./node-client.js";

/**
 * Goes to the submit node, and lets that one reach the notebook: a port that is open to the
 * cluster's network directly, anything else with the ssh of the submit node, which knows the nodes
 * of its cluster and their keys.
 */
export async function openLoginForward(
  connection: SshConnection,
  endpoint: Endpoint,
  { socket, signal }: { socket: string; signal?: AbortSignal | undefined },
): Promise<Forwarding> {
  const route = await connection.open(signal);
  const destination = connection.alias;
  const request = { route, destination, socket, signal };
  if (endpoint.kind === "port" && !isLoopback(endpoint.address))
    return forward({ ...request, target: targetOn(endpoint) });
  const run: Host["run"] = (argv, options) => runRemotely(connection, argv, options);
  const { stdout } = await run(["uname", "-n"], { signal });
  if (isSameHost(stdout.trim(), endpoint.host)) return forward({ ...request, target: targetOn(endpoint) });

  const client = await openNodeClient(connection, endpoint, signal);
  try {
    const way = await forward({ ...request, target: { path: client.socket } });
    return {
      socket,
      ended: Promise.race([way.ended, client.ended]),
      close: async () => {
        await way.close();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

function isLoopback(address: string): boolean {
  return /^127\.|^::1$|^localhost$/.test(address);
}
