import { isHpcnbError } from "@hpcnb/core";
import { isSshHost } from "@hpcnb/host";
import { checkForwarding } from "@hpcnb/tunnel";
import type { Check } from "./examine.js";
import type { Examined } from "./host.js";

/**
 * Which ways to the notebook will be tried, and whether the submit node lets ssh forward at all,
 * which all of its ways need.
 */
export function tunnelCheck({ context, signal }: Examined, tunnels: readonly { readonly name: string }[]): Check {
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
      const tried = `${tunnels.map(({ name }) => name).join(", then ")} will be tried`;
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
