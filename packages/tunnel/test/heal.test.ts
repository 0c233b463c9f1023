import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, type ErrorCode, HpcnbError, type OpenTunnel, type Tunnel } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { openAgain } from "../src/keeper/heal.js";
import type { KeeperRequest } from "../src/keeper/protocol.js";
import { serveKeeper } from "../src/keeper/serve.js";

describe("openAgain", () => {
  const { signal } = new AbortController();

  it("waits for a network that is away, ever longer, and for a day at most", async () => {
    const { clock, pauses } = fastClock();
    const error = await openAgain(() => Promise.reject(failure("HPCNB_SSH", true)), { clock, signal }).catch((e) => e);
    expect(error).to.include({ code: "HPCNB_SSH" });
    expect(pauses.slice(0, 8)).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000));
    expect(clock.now()).to.be.within(24 * 3_600_000, 25 * 3_600_000);
  });

  it("gives up soon where waiting does not help, although the network was away in between", async () => {
    const { clock } = fastClock();
    let tries = 0;
    const open = async () => {
      tries += 1;
      throw failure("HPCNB_TUNNEL", tries % 2 === 1);
    };
    expect(await openAgain(open, { clock, signal }).catch((error) => error)).to.include({ code: "HPCNB_TUNNEL" });
    expect(tries).to.equal(8);
  });

  it("does not hide a mistake in a plugin", async () => {
    const { clock, pauses } = fastClock();
    const error = await openAgain(() => Promise.reject(new TypeError("oops")), { clock, signal }).catch((e) => e);
    expect(error).to.be.instanceOf(TypeError);
    expect(pauses).to.deep.equal([]);
  });
});

describe("serveKeeper", () => {
  let folder: string;
  let request: KeeperRequest;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-keeper-"));
    request = {
      controlSocket: join(folder, "k.sock"),
      run: "r1",
      endpoint: { kind: "socket", host: "node1", path: "/x" },
      tunnels: [{ name: "fake", options: {} }],
      host: "login",
      sessionFile: "/nowhere",
      localPort: { port: 8888, fixed: false },
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("opens a tunnel again that ended by itself, on the same port, until it is told to stop", async () => {
    const fake = fakeTunnel(["opens", "is away", "is away", "opens"]);
    const keeper = await serveKeeper(request, async () => [fake], {
      clock: fastClock().clock,
    });
    fake.break();
    await fake.openings(2);
    expect(fake.tries()).to.equal(4);
    const done = say(request.controlSocket, "stop");
    await keeper.ended;
    await done;
    expect(fake.closings()).to.equal(2);
  });

  it("ends when the notebook is gone for good, and leaves behind why", async () => {
    const fake = fakeTunnel(["opens", "is gone", "is gone", "is gone", "is gone"]);
    const keeper = await serveKeeper(request, async () => [fake], { clock: fastClock().clock });
    fake.break();
    await keeper.ended;
    expect(fake.tries()).to.equal(5);
    expect(readFileSync(`${request.controlSocket}.log`, "utf8")).to.equal("it failed\n");
  });

  it("leaves nothing behind when it was told to stop", async () => {
    const keeper = await serveKeeper(request, async () => [fakeTunnel(["opens"])], { clock: fastClock().clock });
    await Promise.all([say(request.controlSocket, "stop"), keeper.ended]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  describe("while it opens its first tunnel", () => {
    it("answers that it does, and stops when it is told to", async () => {
      const slow = slowTunnel();
      const keeper = serveKeeper(request, async () => [slow]);
      const failed = expectFailure(keeper, "HPCNB_TUNNEL");
      await slow.begun;
      expect(JSON.parse(await say(request.controlSocket, "status"))).to.include({ state: "opening", run: "r1" });
      expect(JSON.parse(await say(request.controlSocket, "stop"))).to.deep.equal({ stopped: true });
      expect((await failed).message).to.include("closed the tunnel while it was being opened");
      expect(slow.wasAborted()).to.equal(true);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it("stops when whoever wanted it has gone", async () => {
      const slow = slowTunnel();
      const ending = new AbortController();
      const failed = expectFailure(
        serveKeeper(request, async () => [slow], { signal: ending.signal }),
        "HPCNB_TUNNEL",
      );
      await slow.begun;
      ending.abort();
      await failed;
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  });

  it("stops also while the network is away", async () => {
    const fake = fakeTunnel(["opens", ...Array<Turn>(1_000).fill("is away")]);
    const { clock, pauses } = fastClock();
    const stopped = new Promise<void>((resolve) => {
      const sleep: Clock["sleep"] = (milliseconds, signal) => {
        if (pauses.push(milliseconds) === 3) say(request.controlSocket, "stop").then(() => resolve());
        // As a real clock does: it waits until it is aborted.
        if (pauses.length < 3) return Promise.resolve();
        return new Promise((_, reject) =>
          signal?.addEventListener("abort", () => reject(failure("HPCNB_ABORTED", false))),
        );
      };
      serveKeeper(request, async () => [fake], { clock: { now: clock.now, sleep } }).then(() => fake.break());
    });
    await stopped;
    expect(fake.closings()).to.equal(1);
  });
});

/** Does not come to an end until it is told to. */
function slowTunnel(): Tunnel & { readonly begun: Promise<void>; wasAborted(): boolean } {
  let begin = () => {};
  let aborted = false;
  return {
    kind: "slow",
    begun: new Promise((resolve) => {
      begin = resolve;
    }),
    wasAborted: () => aborted,
    open: (_, signal) =>
      new Promise((_resolve, reject) => {
        begin();
        signal?.addEventListener("abort", () => {
          aborted = true;
          reject(failure("HPCNB_ABORTED", false));
        });
      }),
  };
}

type Turn = "opens" | "is away" | "is gone";

function fakeTunnel(turns: Turn[]): Tunnel & {
  /** How often it was opened, or tried. */
  tries(): number;
  break(): void;
  closings(): number;
  openings(count: number): Promise<void>;
} {
  let tries = 0;
  let broken = () => {};
  let opened = 0;
  let closings = 0;
  const waiting: { count: number; resolve: () => void }[] = [];
  return {
    kind: "fake",
    tries: () => tries,
    open: async (): Promise<OpenTunnel> => {
      tries += 1;
      const turn = turns.shift();
      if (turn === "is away") throw failure("HPCNB_SSH", true);
      if (turn !== "opens") throw failure("HPCNB_TUNNEL", false);
      opened += 1;
      for (const { count, resolve } of waiting) if (opened >= count) resolve();
      const closed = new Promise<string>((resolve) => {
        broken = () => resolve("cut");
      });
      return {
        address: { path: "/nowhere" },
        closed,
        close: async () => {
          closings += 1;
          broken();
        },
      };
    },
    break: () => broken(),
    closings: () => closings,
    openings: (count) => new Promise((resolve) => waiting.push({ count, resolve })),
  };
}

/** Sleeps take no time, and the clock shows that they did. */
function fastClock(): { clock: Clock; pauses: number[] } {
  let now = 0;
  const pauses: number[] = [];
  const sleep = async (milliseconds: number) => {
    pauses.push(milliseconds);
    now += milliseconds;
  };
  return { clock: { now: () => now, sleep }, pauses };
}

function failure(code: ErrorCode, transient: boolean): HpcnbError {
  return new HpcnbError(code, "it failed", { transient });
}

function say(socket: string, op: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const asking = connect(socket, () => asking.write(`${JSON.stringify({ op })}\n`));
    asking.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    asking.on("error", reject);
    asking.on("close", () => resolve(text));
  });
}
