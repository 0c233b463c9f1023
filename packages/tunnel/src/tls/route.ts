import { connect, type NetConnectOpts, type Socket } from "node:net";
import { aborted, type Host, HpcnbError, limitedSignal } from "@hpcnb/core";
import { isSshHost } from "@hpcnb/host";
import { forward, newSocketPath } from "../ssh/forwarding.js";

/** The submit node, or this machine, may take this long to connect. */
const connectLimitMs = 10_000;

/** A way to a port of the cluster's network. */
export interface Route {
  /** A new connection. @throws HPCNB_TUNNEL, HPCNB_ABORTED */
  dial(signal?: AbortSignal): Promise<Socket>;
  /** Settles with the reason when it leads nowhere any more. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/**
 * The submit node opens the connections, or this machine where it is the host. @throws
 * HPCNB_TUNNEL
 */
export async function routeTo(
  host: Host,
  target: { readonly host: string; readonly port: number },
  signal?: AbortSignal,
): Promise<Route> {
  if (!isSshHost(host))
    return { dial: (signal) => connected(target, signal), ended: new Promise(() => {}), close: async () => {} };
  const { connection } = host;
  const socket = newSocketPath(connection, "way");
  const route = await connection.open(signal);
  const way = await forward({ route, destination: connection.alias, target, socket, signal });
  return { dial: (signal) => connected({ path: socket }, signal), ended: way.ended, close: () => way.close() };
}

function connected(to: NetConnectOpts, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const limit = limitedSignal(connectLimitMs, signal);
    const socket = connect({ ...to, allowHalfOpen: true });
    const settle = (act: () => void) => {
      limit.removeEventListener("abort", giveUp);
      socket.off("connect", succeed).off("error", failBy);
      act();
    };
    const succeed = () => settle(() => resolve(socket));
    const fail = (error: HpcnbError) =>
      settle(() => {
        socket.on("error", () => {}).destroy();
        reject(error);
      });
    const failBy = ({ message }: Error) => fail(unreached(message));
    const giveUp = () =>
      fail(signal?.aborted ? aborted(signal) : unreached(`no answer for ${connectLimitMs / 1000} s`));
    limit.addEventListener("abort", giveUp);
    socket.on("connect", succeed).on("error", failBy);
    if (limit.aborted) giveUp();
  });
}

function unreached(why: string): HpcnbError {
  return new HpcnbError("HPCNB_TUNNEL", `It cannot be connected to: ${why}.`);
}
