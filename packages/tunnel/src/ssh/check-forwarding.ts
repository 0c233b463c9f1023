import { connect } from "node:net";
import { HpcnbError } from "@hpcnb/core";
import type { SshHost } from "@hpcnb/host";
import { forward, newSocketPath } from "./forwarding.js";

/** For the greeting of an ssh server at the other end. */
const greetingLimitMs = 10_000;

/**
 * Looks whether a host lets ssh forward, by way of its own ssh server, which greets whoever comes.
 * @throws HPCNB_TUNNEL when no greeting comes through.
 */
export async function checkForwarding({ connection }: SshHost, signal?: AbortSignal): Promise<void> {
  const [route, { port }] = [await connection.open(signal), await connection.config()];
  const socket = newSocketPath(connection, "way");
  const target = { host: "127.0.0.1", port: Number(port) };
  const way = await forward({ route, destination: connection.alias, target, socket, signal });
  try {
    await greeting(socket, `127.0.0.1:${port} on ${connection.alias}`);
  } finally {
    await way.close();
  }
}

function greeting(path: string, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const fail = (why: string) => {
      socket.destroy();
      const hint =
        "Its ssh server may not allow forwardings (AllowTcpForwarding), or not listen there. Ask the site's support.";
      reject(new HpcnbError("HPCNB_TUNNEL", `Nothing came through ssh from ${where}: ${why}.`, { hint }));
    };
    socket.setTimeout(greetingLimitMs, () => fail("no answer"));
    socket.once("data", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", ({ message }) => fail(message));
    socket.once("end", () => fail("the connection was closed"));
  });
}
