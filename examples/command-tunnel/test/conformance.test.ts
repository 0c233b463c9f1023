import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@hpcnb/core";
import { pluginConformance, type TunnelFixture, tunnelConformance } from "@hpcnb/core/testing";
import command, { createCommandTunnel } from "../src/index.js";

/** This machine stands for the node: the line is run here. */
const options = { command: ["env", "NODE=%h", "sh", "-c"] };

async function listenAt(place: string | { host: string; port: number }): Promise<Server> {
  const server = createServer((request, response) => response.end(request.url)).listen(place);
  await once(server, "listening");
  return server;
}

async function startFixture(): Promise<TunnelFixture> {
  const folder = await mkdtemp(join(tmpdir(), "hpcnb-command-"));
  const path = join(folder, "a socket's path");
  const bySocket = await listenAt(path);
  const byPort = await listenAt({ host: "127.0.0.1", port: 0 });
  const { port } = byPort.address() as AddressInfo;
  return {
    tunnel: createCommandTunnel({ clock: systemClock }, options),
    endpoints: [
      { kind: "socket", host: "node1", path },
      { kind: "port", host: "node1", address: "127.0.0.1", port },
    ],
    dead: { kind: "socket", host: "node1", path: join(folder, "none") },
    dispose: async () => {
      bySocket.close();
      byPort.close();
      await rm(folder, { recursive: true });
    },
  };
}

describe("hpcnb-tunnel-command", function () {
  this.timeout("2m");

  pluginConformance(
    { describe, it },
    { plugin: command, kind: "tunnel", packageJson: new URL("../package.json", import.meta.url) },
  );

  tunnelConformance({ describe, it }, { name: "command", create: startFixture });
});
