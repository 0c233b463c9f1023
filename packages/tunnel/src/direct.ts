import { connect } from "node:net";
import { hostname } from "node:os";
import {
  definePlugin,
  type Endpoint,
  HpcnbError,
  type OpenTunnel,
  type Plugin,
  type TunnelContext,
  throwIfAborted,
} from "@hpcnb/core";
import { isSshHost } from "@hpcnb/host";
import { isSameHost, targetOn } from "./ssh/jump.js";
import { untilLost } from "./until-lost.js";

/** Between two looks whether the endpoint is still there. */
const lookEveryMs = 5_000;
/** A look may take this long. */
const reachLimitMs = 5_000;

/** For a notebook on this very machine: its socket or port itself is the way. */
export const directTunnel: Plugin = definePlugin({
  apiVersion: 1,
  name: "direct",
  tunnel: {
    create: (context) => ({
      kind: "direct",
      open: (endpoint, signal) => open(context, endpoint, signal),
    }),
  },
});

async function open({ host, clock }: TunnelContext, endpoint: Endpoint, signal?: AbortSignal): Promise<OpenTunnel> {
  // A record on another host may say what it likes, also that the notebook is a private socket of
  // this machine.
  if (isSshHost(host)) {
    throw elsewhere(endpoint, {
      why: `the session's records are on ${host.name}`,
      hint: "Leave `tunnel.kind` out of the session file, and hpcnb finds the way.",
    });
  }
  if (!isSameHost(endpoint.host, hostname())) {
    throw elsewhere(endpoint, {
      why: `this machine is ${hostname()}`,
      hint: `Run hpcnb on ${endpoint.host}, or put \`host\` into the session file, and hpcnb goes there by ssh.`,
    });
  }
  throwIfAborted(signal);
  await reach(endpoint);

  const ending = new AbortController();
  const lost = untilLost(() => reach(endpoint), {
    clock,
    everyMs: lookEveryMs,
    signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
  });
  const closed = lost.then((error) => error?.message ?? "closed");
  return {
    address: targetOn(endpoint),
    closed,
    close: async () => {
      ending.abort();
      await closed;
    },
  };
}

function elsewhere({ host }: Endpoint, { why, hint }: { readonly why: string; readonly hint: string }): HpcnbError {
  const message = `The tunnel "direct" reaches this machine only: the notebook runs on ${host}, and ${why}.`;
  return new HpcnbError("HPCNB_TUNNEL", message, { hint });
}

function reach(endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(targetOn(endpoint), () => {
      socket.destroy();
      resolve();
    });
    // A firewall may drop what goes there, and then nothing comes back at all.
    socket.setTimeout(reachLimitMs, () => socket.destroy(new Error(`no answer for ${reachLimitMs / 1000} s`)));
    socket.on("error", (cause: NodeJS.ErrnoException) => {
      const where = endpoint.kind === "socket" ? endpoint.path : `${endpoint.address}:${endpoint.port}`;
      const isGone = cause.code === "ENOENT" && endpoint.kind === "socket";
      const hint = isGone
        ? "The notebook has ended, or its socket was removed, perhaps by a program that cleans /tmp. `hpcnb status` shows whether it runs; if it does, `hpcnb down` and `hpcnb up` start it again."
        : "The notebook may have ended: `hpcnb status` shows that, and `hpcnb logs` shows its last words.";
      reject(
        new HpcnbError("HPCNB_TUNNEL", `Nothing answers at ${where} on this machine (${cause.message}).`, {
          cause,
          hint,
        }),
      );
    });
  });
}
