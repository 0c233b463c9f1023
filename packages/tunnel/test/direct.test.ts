import { systemClock } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { directTunnel } from "@hpcnb/tunnel";
import { expect } from "chai";
import { noHost } from "./fixtures/no-host.js";
import { freePort, startSilentPort } from "./ssh/site.js";

describe("direct tunnel", () => {
  it("gives up an address at which nobody answers, and nobody refuses", async () => {
    const { port, stop } = await startSilentPort();
    const tunnel = directTunnel.tunnel?.create({ host: noHost, clock: systemClock });
    if (!tunnel) throw new Error("no tunnel");
    const endpoint = { kind: "port", host: "node7", address: "127.0.0.1", port } as const;
    const error = await expectFailure(tunnel.open(endpoint, await freePort()), "HPCNB_TUNNEL");
    expect(error.message).to.include(`127.0.0.1:${port}`).and.to.include("no answer for 5 s");
    stop();
  }).timeout(20_000);
});
