import { HpcnbError, type OpenTunnel, type Tunnel } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { loginLimitMs } from "@hpcnb/host/ssh";
import { expect } from "chai";
import { kindLimitMs, openFirst } from "../src/keeper/open-first.js";
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

describe("openFirst", () => {
  it("says of each kind that was tried before why it could not be opened", async () => {
    const late = new HpcnbError("HPCNB_TIMEOUT", "ssh took longer than 20 s and said:\nnothing of use");
    const blocked = new HpcnbError("HPCNB_TUNNEL", "From login: no.");
    const tunnels = [fails("jump", late), fails("login-forward", blocked), opens("direct")];
    const { tunnel, note } = await openFirst(request, tunnels, { signal: never, limitMs: kindLimitMs });
    expect(tunnel.kind).to.equal("direct");
    expect(note).to.equal(
      "jump: node1 was not reached in time: ssh took longer than 20 s and said:; login-forward: From login: no.",
    );
  });

  it("has no note when the first kind works", async () => {
    expect(await openFirst(request, [opens("jump")], { signal: never, limitMs: kindLimitMs })).to.include({
      note: undefined,
    });
  });

  it("names all that was tried, in order, and why, when nothing works", async () => {
    const late = new HpcnbError("HPCNB_TIMEOUT", "ssh took longer than 20 s and said:\nbanner");
    const gone = new HpcnbError("HPCNB_TUNNEL", "Nothing answers.", { hint: "Look there.", transient: true });
    const work = openFirst(request, [fails("jump", late), fails("direct", gone)], {
      signal: never,
      limitMs: kindLimitMs,
    });
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
    const work = openFirst(request, [fails("jump", away), opens("direct")], { signal: never, limitMs: kindLimitMs });
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
    const { tunnel, note } = await openFirst(request, [patient, opens("direct")], { signal: never, limitMs: 50 });
    expect(tunnel.kind).to.equal("direct");
    expect(note).to.match(/^patient: node1 was not reached in time: .*0\.05 s/);
    expect(ended).to.deep.equal(["patient"]);
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
    await openFirst(request, [tunnel], { signal: never, limitMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(aborted).to.equal(false);
  });

  it("is given so much time by the command that waits for it that every kind can have its own", () => {
    expect(kindLimitMs).to.be.above(loginLimitMs);
    for (const kinds of [["a"], ["a", "b", "c"]]) expect(openLimitMs(kinds)).to.be.above(kinds.length * kindLimitMs);
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
