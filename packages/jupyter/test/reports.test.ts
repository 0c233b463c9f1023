import { deflateSync } from "node:zlib";
import type { HpcnbError } from "@hpcnb/core";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";

const { reports } = createWorkload();

function thrownBy(work: () => unknown): HpcnbError {
  try {
    work();
  } catch (error) {
    return error as HpcnbError;
  }
  return expect.fail("it was understood");
}

describe("reports", () => {
  it("takes what cannot be read for waiting", () => {
    const waiting = { notebook: { state: "waiting" }, controller: { state: "waiting" }, engines: new Map() };
    expect(reports([undefined, undefined, undefined])).to.deep.equal(waiting);
    expect(reports([])).to.deep.equal(waiting);
    expect(reports([{ state: "waiting" }, { state: "waiting" }, { state: "waiting" }])).to.deep.equal(waiting);
  });

  it("understands an answering session", () => {
    const endpoint = { kind: "socket", host: "node1", path: "/tmp/x/nb.sock" };
    const answering = { state: "answering", host: "node1", endpoint, server: "JupyterLab 4.6.6", storageSeconds: 0.1 };
    const secret = { key: "secret" };
    expect(
      reports([
        { run: "r", ...answering, note: "why", unreachableCluster: 3 },
        { run: "r", state: "answering", host: "node2", client: secret, engine: secret, storageSeconds: 2 },
        { run: "r", state: "answering", engines: deflateSync("rra-xd").toString("base64"), count: 3 },
      ]),
    ).to.deep.equal({
      notebook: {
        state: "answering",
        host: "node1",
        endpoint,
        server: "JupyterLab 4.6.6",
        storageSeconds: 0.1,
        note: "why",
        unreachableCluster: 3,
      },
      controller: { state: "answering", host: "node2", storageSeconds: 2 },
      engines: new Map([
        [1, "registered"],
        [2, "registered"],
        [3, "restarted"],
        [5, "lost"],
        [6, "retired"],
      ]),
    });
  });

  it("takes a controller's word that an older hpcnb has put together", () => {
    const { controller } = reports([undefined, { run: "r", state: "answering", host: "node2" }, undefined]);
    expect(controller).to.deep.equal({ state: "answering", host: "node2" });
  });

  const others: [what: string, records: (Record<string, unknown> | undefined)[]][] = [
    ["a notebook's", [{ state: "answering", host: "node1", storage_seconds: 0.1, server: "JupyterLab 4" }]],
    ["a notebook's that has just started", [{ state: "started", host: { name: "node1" }, storageSeconds: 1 }]],
    ["a controller's", [undefined, { state: "answering", node: "node2" }]],
    ["the engines'", [undefined, undefined, { state: "answering", engines: ["r", "r"] }]],
  ];
  for (const [what, records] of others) {
    it(`takes ${what} record that it does not understand for another version's, and says what still works`, () => {
      const error = thrownBy(() => reports(records));
      expect(error).to.include({ code: "HPCNB_STATE_UNREADABLE" });
      expect(error.message).to.match(/^Another version of hpcnb started the session's (notebook|controller|engines), /);
      expect(error.hint).to.include("`hpcnb down` ends them");
    });
  }

  it("waits where a newer version says a word that is not known here", () => {
    expect(reports([{ state: "hibernating", host: "node1" }]).notebook).to.deep.equal({ state: "waiting" });
  });

  it("hands on what failed and what to do", () => {
    const failed = { state: "failed", problem: "p", hint: "h" };
    expect(reports([failed, { state: "failed", problem: "q" }, failed])).to.deep.equal({
      notebook: failed,
      controller: { state: "failed", problem: "q" },
      engines: new Map(),
    });
    expect(reports([{ state: "ended" }]).notebook).to.deep.equal({ state: "ended" });
  });
});
