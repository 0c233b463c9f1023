import { runtimeDirectory } from "@hpcnb/host";
import { checkPort } from "@hpcnb/tunnel";
import type { Check } from "./examine.js";

/** Whether this machine has what a tunnel needs. */
export const machineCheck: Check = {
  name: "machine",
  run: () => {
    const directory = runtimeDirectory();
    return {
      state: "ok",
      text: `Node ${process.versions.node} on ${process.platform}; sockets of tunnels in ${directory}`,
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
