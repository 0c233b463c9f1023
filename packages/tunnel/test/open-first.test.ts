import { aborted, HpcnbError, type OpenTunnel, systemClock, type Tunnel } from "@hpcnb/core";
import { expectFailure, SimulatedClock } from "@hpcnb/core/testing";
import { loginLimitMs } from "@hpcnb/host/ssh";
import { expect } from "chai";
import { kindLimitMs } from "../src/keeper/attempt.js";
import { openFirst, patienceMs } from "../src/keeper/open-first.js";
import type { KeeperRequest } from "../src/keeper/protocol.js";
import { openLimitMs } from "../src/keeper/start-keeper.js";

const request: KeeperRequest = {
  controlSocket: "/nowhere",
  run: "r1",
  endpoint: { kind: "socket", host: "node1", path: "/x" },
  tunnels: [],
  host: "login",
  sessionFile: "/nowhere",
  localPort: { port: 8888, fixed: false },
};
const never = new AbortController().signal;
const limits = { signal: never, clock: systemClock, limitMs: kindLimitMs };

describe("openFirst", () => {
  it("says of each kind that was tried before why it could not be opened", async () => {
    const late = new HpcnbError("HPCNB_TIMEOUT", "ssh took longer than 20 s and said:\nnothing of use");
    const blocked = new HpcnbError("HPCNB_TUNNEL", "From login: no.");
    const tunnels = [fails("jump", late), fails("login-forward", blocked), opens("direct")];
    const { tunnel, failures } = await openFirst(request, tunnels, limits);
    expect(tunnel.kind).to.equal("direct");
    expect(failures).to.deep.equal([
      { kind: "jump", why: "node1 was not reached in time: ssh took longer than 20 s and said:" },
      { kind: "login-forward", why: "From login: no." },
    ]);
  });

  it("has nothing to say of others when the first kind works", async () => {
    const { failures } = await openFirst(request, [opens("jump"), opens("direct")], limits);
    expect(failures).to.deep.equal([]);
  });

  it("names all that was tried, in order, and why, when nothing works", async () => {
    const late = new HpcnbError("HPCNB_TIMEOUT", "ssh took longer than 20 s and said:\nbanner");
    const gone = new HpcnbError("HPCNB_TUNNEL", "Nothing answers.", { hint: "Look there.", transient: true });
    const work = openFirst(request, [fails("jump", late), fails("direct", gone)], limits);
    const error = await expectFailure(work, "HPCNB_TUNNEL");
    expect(error.message).to.equal(
      `No tunnel reaches the notebook on node1. Tried in this order:
  jump: node1 was not reached in time: ssh took longer than 20 s and said:
    banner
  direct: Nothing answers.`,
    );
    expect(error.hint).to.include("Look there.").and.to.include("hpcnb connect");
    expect(error.transient).to.equal(true);
  });

  it("tries no other kind when the submit node itself cannot be reached", async () => {
    const away = new HpcnbError("HPCNB_SSH", "login refuses connections.", { transient: true });
    const work = openFirst(request, [fails("jump", away), opens("direct")], limits);
    expect((await expectFailure(work, "HPCNB_SSH")).message).to.equal(away.message);
  });

  it("gives a kind that comes to no end a limit, tells how long it was, and goes on with the next", async () => {
    const ended: string[] = [];
    const patient: Tunnel = {
      kind: "patient",
      open: (_, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => {
            ended.push("patient");
            reject(new HpcnbError("HPCNB_ABORTED", "Interrupted."));
          }),
        ),
    };
    const { tunnel, failures } = await openFirst(request, [patient, opens("direct")], { ...limits, limitMs: 50 });
    expect(tunnel.kind).to.equal("direct");
    expect(failures[0]?.why).to.match(/^node1 was not reached in time: .*0\.05 s/);
    expect(ended).to.deep.equal(["patient"]);
  });

  describe("with kinds that give no answer", () => {
    const four = ["jump", "login-forward", "relay", "reverse"];

    for (const works of four) {
      it(`needs at most 5 s more than ${works} alone, which works, and ends the others`, async () => {
        const clock = new SimulatedClock();
        const ended: string[] = [];
        const tunnels = four.map((kind) => (kind === works ? opensAfter(kind, 800, clock) : hangs(kind, ended)));
        const { tunnel, failures } = await clock.run(openFirst(request, tunnels, { ...limits, clock }));
        expect(tunnel.kind).to.equal(works);
        expect(clock.now() - 800).to.be.at.most(5_000);
        const before = four.slice(0, four.indexOf(works));
        expect(failures.map(({ kind }) => kind)).to.deep.equal(before);
        for (const { why } of failures)
          expect(why).to.match(new RegExp(`^no answer for \\d s, when ${works} was open$`));
        await clock.advance(10_000);
        expect(ended).to.deep.equal(before);
        expect(clock.pending).to.equal(0);
      });
    }

    it("begins no other kind while the first one may still answer", async () => {
      const clock = new SimulatedClock();
      const begun: string[] = [];
      const other: Tunnel = {
        kind: "other",
        open: async () => {
          begun.push("other");
          return open;
        },
      };
      const { tunnel } = await clock.run(
        openFirst(request, [opensAfter("jump", 1_000, clock), other], { ...limits, clock }),
      );
      expect({ kind: tunnel.kind, begun }).to.deep.equal({ kind: "jump", begun: [] });
    });

    it("takes a slow kind when it opens before those that began beside it, and closes what opens later", async () => {
      const clock = new SimulatedClock();
      const closed: string[] = [];
      const tunnels = [
        fails("refused", new HpcnbError("HPCNB_TUNNEL", "No.")),
        opensAfter("slow", 4_000, clock),
        opensAfter("deaf", 5_000, clock, () => closed.push("deaf")),
      ];
      const { tunnel, failures } = await clock.run(openFirst(request, tunnels, { ...limits, clock }));
      expect(tunnel.kind).to.equal("slow");
      expect(failures).to.deep.equal([{ kind: "refused", why: "No." }]);
      await clock.advance(60_000);
      expect(closed).to.deep.equal(["deaf"]);
    });

    it("waits for those that are under way when the submit node is not reached by one, and begins no other", async () => {
      const clock = new SimulatedClock();
      const away = new HpcnbError("HPCNB_SSH", "login is full.");
      const refused: Tunnel = {
        kind: "refused",
        open: async () => {
          await clock.sleep(100);
          throw away;
        },
      };
      const { tunnel } = await clock.run(
        openFirst(request, [opensAfter("slow", 3_000, clock), refused, opens("late")], { ...limits, clock }),
      );
      expect(tunnel.kind).to.equal("slow");
    });

    it("ends all of them when nobody wants a tunnel any more", async () => {
      const clock = new SimulatedClock();
      const ended: string[] = [];
      const stopping = new AbortController();
      const work = openFirst(request, [hangs("one", ended), hangs("two", ended)], {
        ...limits,
        clock,
        signal: stopping.signal,
      });
      work.catch(() => {});
      await clock.advance(2_000);
      stopping.abort();
      await expectFailure(clock.run(work), "HPCNB_ABORTED");
      expect(ended).to.deep.equal(["one", "two"]);
    });

    it("says what to ask the site for when nothing works", async () => {
      const no = (hint: string) => new HpcnbError("HPCNB_TUNNEL", "No.", { hint });
      const tunnels = [
        fails("jump", no("Try it.")),
        fails("login-forward", no("Try it.")),
        fails("gateway", no("Mend it.")),
      ];
      const { hint } = await expectFailure(openFirst(request, tunnels, limits), "HPCNB_TUNNEL");
      expect(hint?.split("\n").slice(0, -1)).to.deep.equal([
        "jump, login-forward: Try it.",
        "gateway: Mend it.",
        "Ask the site which of these it allows. One of them is enough:",
        "  jump: ssh from here through login to the nodes of your jobs",
        "  login-forward: ssh from login to the nodes of your jobs",
      ]);
    });
  });

  it("does not end a tunnel that is open when the limit for opening it is over", async () => {
    let aborted = false;
    const tunnel: Tunnel = {
      kind: "direct",
      open: async (_, signal) => {
        signal?.addEventListener("abort", () => {
          aborted = true;
        });
        return open;
      },
    };
    await openFirst(request, [tunnel], { ...limits, limitMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(aborted).to.equal(false);
  });

  it("is given so much time by the command that waits for it that every kind can have its own", () => {
    expect(kindLimitMs).to.be.above(loginLimitMs);
    for (const kinds of [["a"], ["a", "b", "c", "d"]]) {
      const lastBegins = (kinds.length - 1) * patienceMs;
      expect(openLimitMs(kinds)).to.be.above(lastBegins + kindLimitMs);
    }
  });
});

const open: OpenTunnel = { address: { path: "/x" }, closed: new Promise(() => {}), close: async () => {} };

function opens(kind: string): Tunnel {
  return { kind, open: async () => open };
}

function fails(kind: string, error: HpcnbError): Tunnel {
  return {
    kind,
    open: async () => {
      throw error;
    },
  };
}

/** Deaf to its signal, as a program that cannot be ended. */
function opensAfter(kind: string, afterMs: number, clock: SimulatedClock, onClose = () => {}): Tunnel {
  return {
    kind,
    open: async () => {
      await clock.sleep(afterMs);
      return { ...open, close: async () => onClose() };
    },
  };
}

/** Packets to it are dropped: it gives no answer until it is ended. */
function hangs(kind: string, ended: string[]): Tunnel {
  return {
    kind,
    open: (_, signal) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener("abort", () => {
          ended.push(kind);
          reject(aborted(signal));
        }),
      ),
  };
}
