import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "@hpcnb/core";
import { createLocalHost } from "@hpcnb/host";
import { createConnector } from "@hpcnb/tunnel";
import { expect } from "chai";
import { fromSource } from "../../tunnel/test/fixtures/from-source.js";

/** The plugin leads where its options say, and tells what its factory was given. */
const gateway = `export default {
  apiVersion: 1,
  name: "gateway",
  tunnel: {
    create: (context) => ({
      kind: Object.keys(context).sort().join() + " of " + context.host.name,
      open: async () => {
        if (context.options.socket === undefined) context.options.socket.fails;
        return { address: { path: context.options.socket }, closed: new Promise(() => {}), close: async () => {} };
      },
    }),
  },
};`;

/** Both programs: the client's own, and the command line's with its container. */
for (const program of ["../src/keeper-main.ts", "../../cli/src/keeper-main.ts"]) {
  describe(`a tunnel's plugin in the keeper's process (${program})`, () => {
    const saved = { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR, NODE_OPTIONS: process.env.NODE_OPTIONS };
    let folder: string;
    let server: Server;
    let endpoint: Endpoint;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "hpcnb-gateway-"));
      process.env.XDG_RUNTIME_DIR = folder;
      writeFileSync(join(folder, "gateway.mjs"), gateway);
      server = createServer((_, response) => response.end("notebook"));
      await new Promise<void>((resolve) => server.listen(join(folder, "nb.sock"), resolve));
      endpoint = { kind: "socket", host: hostname(), path: "/elsewhere" };
    });
    after(() => {
      for (const [name, value] of Object.entries(saved)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      server.close();
      rmSync(folder, { recursive: true });
    });

    const connectorWith = (options: Record<string, unknown>) =>
      createConnector({
        keeperProgram: [...fromSource, fileURLToPath(new URL(program, import.meta.url))],
        host: createLocalHost(),
        alias: undefined,
        sessionFile: "/nowhere/session.yaml",
        tunnels: [{ name: "./gateway.mjs", path: join(folder, "gateway.mjs"), options }],
        localPort: undefined,
      });

    it("gets its options and all services, and its way is used", async () => {
      const connector = connectorWith({ socket: join(folder, "nb.sock") });
      const { baseUrl, kind } = await connector.connect("/d", "r1", endpoint);
      expect(kind).to.equal(`clock,host,log,options of ${createLocalHost().name}`);
      expect(await (await fetch(baseUrl)).text()).to.equal("notebook");
      await connector.disconnect("/d");
    });

    it("has faults of its own, which the command tells", async () => {
      const error = await connectorWith({})
        .connect("/d", "r1", endpoint)
        .catch((reason) => reason);
      expect(error).to.include({ code: "HPCNB_PLUGIN_BROKEN" });
      expect(error.message).to.include(`(${join(folder, "gateway.mjs")}) failed in open(): TypeError`);
    });
  });
}
