import { hostname } from "node:os";
import { systemClock, type Tunnel } from "@hpcnb/core";
import { type TestFunctions, tunnelConformance } from "@hpcnb/core/testing";
import { directTunnel } from "@hpcnb/tunnel";
import { expect } from "chai";
import { startEcho } from "./fixtures/echo.js";
import { noHost } from "./fixtures/no-host.js";

/** What is done differently from a tunnel that keeps the contract. */
type Fault = (right: Tunnel) => Partial<Tunnel>;

const faults: Readonly<Record<string, readonly [caughtBy: string, fault: Fault]>> = {
  "does not look whether anybody listens": [
    "fails with HPCNB_TUNNEL where nobody listens, and can be used again",
    ({ open }) => ({
      open: (endpoint, signal) =>
        open(endpoint, signal).catch(async (error) => {
          if (error.code !== "HPCNB_TUNNEL") throw error;
          return { address: { path: "/nowhere" }, closed: Promise.resolve("closed"), close: async () => {} };
        }),
    }),
  ],
  "takes an abort for no reason to stop": [
    "opens nothing when it is aborted before",
    ({ open }) => ({ open: (endpoint) => open(endpoint) }),
  ],
  "fails when it is closed again": [
    "may be closed twice",
    ({ open }) => ({
      open: async (endpoint, signal) => {
        const opened = await open(endpoint, signal);
        let isClosed = false;
        const close = async () => {
          if (isClosed) throw new Error("closed already");
          isClosed = true;
          await opened.close();
        };
        return { ...opened, close };
      },
    }),
  ],
};

describe("the conformance suite of tunnels", () => {
  it("has nothing to say against one that keeps the contract", async () => {
    expect(await failuresWith(() => ({}))).to.deep.equal([]);
  });

  for (const [name, [caughtBy, fault]] of Object.entries(faults))
    it(`catches one that ${name}`, async () => {
      expect(await failuresWith(fault)).to.deep.equal([caughtBy]);
    });
});

async function failuresWith(fault: Fault): Promise<string[]> {
  const right = directTunnel.tunnel?.create({ host: noHost, clock: systemClock, log: () => {}, options: {} });
  if (!right) throw new Error("direct offers no tunnel");
  const tests: [name: string, body: () => Promise<void>][] = [];
  const functions: TestFunctions = {
    describe: (_, body) => body(),
    it: (name, body) => tests.push([name, body]),
  };
  const create = async () => ({ ...(await startEcho(hostname())), tunnel: { ...right, ...fault(right) } });
  tunnelConformance(functions, { name: "a tunnel", create });
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  return failed;
}
