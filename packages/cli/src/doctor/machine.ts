import { runtimeDirectory } from "@hpcnb/host";
import { checkPort } from "@hpcnb/tunnel";
import { whyNoBrowser } from "../browser.js";
import type { Check } from "./examine.js";

/** Whether this machine has what a tunnel needs. */
export const machineCheck: Check = {
  name: "machine",
  run: () => {
    const place = runtimeDirectory();
    return {
      state: "ok",
      text: `Node ${process.versions.node} on ${process.platform}; sockets of tunnels in ${place}`,
    };
  },
};

/** @param wanted `tunnel.localPort`, or the port on which the session is open already. */
export function portCheck(wanted: () => Promise<{ port: number | undefined; isOpen: boolean }>): Check {
  return {
    name: "port",
    run: async () => {
      const { port, isOpen } = await wanted();
      if (isOpen) return { state: "ok", text: `the session is open at port ${port} of 127.0.0.1` };
      return { state: "ok", text: `port ${await checkPort(port)} of 127.0.0.1 is free for the notebook` };
    },
  };
}

/** No browser keeps no session from coming up: its URL opens in any other. */
export function browserCheck(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): Check {
  return {
    name: "browser",
    run: () => {
      const why = whyNoBrowser(environment, platform);
      if (why === undefined) return { state: "ok", text: environment.BROWSER || "the desktop's own" };
      return {
        state: "warning",
        text: `none opens from here: ${why}`,
        hint: "`hpcnb up` prints the URL, which is for a browser on this machine. Where yours is on another one, start hpcnb there, with `host`.",
      };
    },
  };
}
