import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { createSshHost } from "@hpcnb/host";
import { directTunnel } from "@hpcnb/tunnel";
import { expect } from "chai";
import { startSilentPort } from "../../host/test/ssh/site.js";
import { noHost } from "./fixtures/no-host.js";

describe("direct tunnel", () => {
  it("gives up an address at which nobody answers, and nobody refuses", async () => {
    const { port, stop } = await startSilentPort();
    const tunnel = directTunnel.tunnel?.create({ host: noHost, clock: systemClock, log: () => {}, options: {} });
    if (!tunnel) throw new Error("no tunnel");
    const endpoint = { kind: "port", host: hostname(), address: "127.0.0.1", port } as const;
    const error = await expectFailure(tunnel.open(endpoint), "HPCNB_TUNNEL");
    expect(error.message).to.include(`127.0.0.1:${port}`).and.to.include("no answer for 5 s");
    stop();
  });

  describe("connects to nothing on this machine because a record says so", () => {
    let folder: string;
    let server: Server;
    let asked: number;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "hpcnb-private-"));
      asked = 0;
      server = createServer(() => {
        asked += 1;
      });
      await once(server.listen(join(folder, "agent.sock")), "listening");
    });
    afterEach(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });

    for (const [what, host, endpointHost, remedy] of [
      ["of another host", createSshHost({ alias: "login", interactive: false }), hostname(), "Leave `tunnel.kind` out"],
      ["that the notebook runs elsewhere", noHost, "nosuchnode", "Run hpcnb on nosuchnode"],
    ] as const)
      it(`a record ${what}`, async () => {
        const tunnel = directTunnel.tunnel?.create({ host, clock: systemClock, log: () => {}, options: {} });
        if (!tunnel) throw new Error("no tunnel");
        const endpoint = { kind: "socket", host: endpointHost, path: join(folder, "agent.sock") } as const;
        const { hint } = await expectFailure(tunnel.open(endpoint), "HPCNB_TUNNEL");
        expect(hint).to.include(remedy);
        expect(asked).to.equal(0);
      });
  });
});
