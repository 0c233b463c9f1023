import { type ConnectionFacts, isHpcnbError } from "@hpcnb/core";
import type { Session } from "@hpcnb/core/session-file";
import { isSshHost } from "@hpcnb/host";
import { checkForwarding, type TunnelChoice } from "@hpcnb/tunnel";
import { knownTunnel, rememberedFirst } from "../known-tunnels.js";
import { whyNot } from "../views/kind-failures.js";
import type { Check } from "./examine.js";
import type { Examined } from "./host.js";

/**
 * Which ways to the notebook will be tried, and whether the submit node lets ssh forward at all,
 * which all of its ways need.
 */
export function tunnelCheck(examined: Examined, tunnels: readonly TunnelChoice[]): Check {
  const { context, signal } = examined;
  const { connector, host, session } = context;
  return {
    name: "tunnel",
    needs: session.host === undefined ? [] : ["ssh"],
    run: async () => {
      if (!connector)
        return {
          state: "ok",
          text: "none: the browser is on another machine, and `hpcnb up` prints what to type there",
        };
      const open = examined.directory === "" ? undefined : await connector.current(examined.directory);
      const tried = open ? describeOpen(open) : describeOrder(session, tunnels);
      if (!isSshHost(host)) return { state: "ok", text: tried };
      try {
        await checkForwarding(host, signal);
        return { state: "ok", text: `${host.name} lets ssh forward; ${tried}` };
      } catch (error) {
        if (!isHpcnbError(error, "HPCNB_TUNNEL")) throw error;
        const { message, hint } = error;
        return { state: "warning", text: `${message} ${tried}.`, hint };
      }
    },
  };
}

function describeOpen({ kind, failures, stuck, healing }: ConnectionFacts): string {
  const state = stuck ?? (healing ? `${kind} is being opened again: ${healing.why}` : `${kind} is open`);
  return `${state}${inBrackets(whyNot(failures))}`;
}

function describeOrder({ host, file }: Session, tunnels: readonly TunnelChoice[]): string {
  const known = host === undefined || tunnels.length < 2 ? undefined : knownTunnel({ host, file });
  const order = `${rememberedFirst(tunnels, known)
    .map(({ name }) => name)
    .join(", then ")} will be tried`;
  if (!known) return order;
  return `${order}; ${known.kind} has worked since ${known.at.slice(0, 10)}${inBrackets(whyNot(known.failures))}`;
}

function inBrackets(text: string | undefined): string {
  return text === undefined ? "" : ` (${text})`;
}
