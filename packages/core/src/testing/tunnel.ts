import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Endpoint, LocalAddress, OpenTunnel, Tunnel } from "../tunnel.js";
import { expectFailure } from "./expect-failure.js";
import type { TestFunctions } from "./test-functions.js";

/** One kind of tunnel to try out, and what stands at its far end. */
export interface TunnelFixture {
  readonly tunnel: Tunnel;
  /**
   * At each an HTTP server answers with the path that it is asked for. A notebook listens on a
   * socket or on a port.
   */
  readonly endpoints: readonly Endpoint[];
  /** Nobody listens there, and the host says so. */
  readonly dead: Endpoint;
  /** Called after each test. */
  dispose(): Promise<void>;
}

export interface TunnelConformanceOptions {
  /** For the report. */
  readonly name: string;
  /** Called for each test. */
  create(): Promise<TunnelFixture>;
}

type Check = (fixture: TunnelFixture, endpoint: Endpoint) => Promise<void>;

const behaviours: Readonly<Record<string, Check>> = {
  "leads to the endpoint, for several visitors at a time": async ({ tunnel }, endpoint) =>
    whileOpen(tunnel, endpoint, async ({ address }) => {
      const visitors = await Promise.all(["one", "two", "three"].map((word) => visit(address, word)));
      assert.deepEqual(visitors, ["one", "two", "three"]);
    }),
  "opens twice, and closing one leaves the other": async ({ tunnel }, endpoint) =>
    whileOpen(tunnel, endpoint, async ({ address }) => {
      await whileOpen(tunnel, endpoint, async (other) => void (await visit(other.address, "other")));
      assert.equal(await visit(address, "still"), "still");
    }),
  "says that it has ended once it is closed": async ({ tunnel }, endpoint) => {
    const open = await tunnel.open(endpoint);
    await open.close();
    assert.equal(typeof (await withLimit(open.closed, "`closed` did not settle")), "string");
  },
  "may be closed twice": async ({ tunnel }, endpoint) => {
    const open = await tunnel.open(endpoint);
    await open.close();
    await open.close();
  },
  "fails with HPCNB_TUNNEL where nobody listens, and can be used again": async ({ tunnel, dead }, endpoint) => {
    await expectFailure(tunnel.open(dead), "HPCNB_TUNNEL");
    await whileOpen(tunnel, endpoint, async ({ address }) => void (await visit(address, "again")));
  },
  "opens nothing when it is aborted before": async ({ tunnel }, endpoint) => {
    await expectFailure(tunnel.open(endpoint, AbortSignal.abort()), "HPCNB_ABORTED");
  },
};

/** Declares the contract of `Tunnel` as tests, each for every endpoint of the fixture. */
export function tunnelConformance({ describe, it }: TestFunctions, options: TunnelConformanceOptions): void {
  describe(`${options.name} as a tunnel`, () => {
    for (const [sentence, check] of Object.entries(behaviours))
      it(sentence, async () => {
        const fixture = await options.create();
        try {
          for (const endpoint of fixture.endpoints) await check(fixture, endpoint);
        } finally {
          await fixture.dispose();
        }
      });
  });
}

async function whileOpen(tunnel: Tunnel, endpoint: Endpoint, work: (open: OpenTunnel) => Promise<void>): Promise<void> {
  const open = await tunnel.open(endpoint);
  try {
    await work(open);
  } finally {
    await open.close();
  }
}

/** What the far end says of a word. */
async function visit(address: LocalAddress, word: string): Promise<string> {
  const target = "path" in address ? { socketPath: address.path } : { host: address.host, port: address.port };
  const asking = get({ ...target, path: `/${word}`, agent: false });
  try {
    const [response] = (await withLimit(once(asking, "response"), "no answer came")) as [IncomingMessage];
    return (await withLimit(text(response), "no full answer came")).slice(1);
  } finally {
    asking.destroy();
  }
}

/** For what takes no time, but on a busy machine. */
const limitMs = 30_000;

function withLimit<T>(work: Promise<T>, problem: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: problem })), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
