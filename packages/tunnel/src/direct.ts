import { connect } from "node:net";
import { definePlugin, type Endpoint, HpcnbError, type OpenTunnel, type Plugin, type TunnelContext } from "@hpcnb/core";
import { servePort } from "./local-port.js";

/** Milliseconds between two looks whether the endpoint is still there, and how many in a row must fail. */
const lookEvery = 5_000;
/** Milliseconds that a look may take. */
const reachLimit = 5_000;
const missesBelieved = 3;

/** For a notebook on this very machine: forwards a local port to its socket or port. */
export const directTunnel: Plugin = definePlugin({
  apiVersion: 1,
  name: "direct",
  tunnel: {
    create: (context) => ({
      kind: "direct",
      open: (endpoint, localPort, signal) => open(context, endpoint, localPort, signal),
    }),
  },
});

async function open(
  { clock }: TunnelContext,
  endpoint: Endpoint,
  localPort: number,
  signal?: AbortSignal,
): Promise<OpenTunnel> {
  await reach(endpoint);
  const local = await servePort(localPort, addressOf(endpoint));

  const ending = new AbortController();
  const closed = watch();
  return {
    closed,
    close: async () => {
      ending.abort();
      await local.close();
      await closed;
    },
  };

  async function watch(): Promise<string> {
    const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
    let misses = 0;
    let last = "";
    while (misses < missesBelieved) {
      try {
        await clock.sleep(lookEvery, either);
      } catch {
        return "closed";
      }
      try {
        await reach(endpoint);
        misses = 0;
      } catch (error) {
        misses += 1;
        last = (error as Error).message;
      }
    }
    await local.close();
    return last;
  }
}

function addressOf(endpoint: Endpoint) {
  return endpoint.kind === "socket" ? { path: endpoint.path } : { host: endpoint.address, port: endpoint.port };
}

function reach(endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(addressOf(endpoint), () => {
      socket.destroy();
      resolve();
    });
    // A firewall may drop what goes there, and then nothing comes back at all.
    socket.setTimeout(reachLimit, () => socket.destroy(new Error(`no answer for ${reachLimit / 1000} s`)));
    socket.on("error", (cause) => {
      const where = endpoint.kind === "socket" ? endpoint.path : `${endpoint.address}:${endpoint.port}`;
      reject(
        new HpcnbError("HPCNB_TUNNEL", `Nothing answers at ${where} on this machine (${cause.message}).`, {
          cause,
          hint: `The tunnel "direct" needs a notebook on this machine; this one runs on ${endpoint.host}.`,
        }),
      );
    });
  });
}
