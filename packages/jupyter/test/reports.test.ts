import { deflateSync } from "node:zlib";
import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";

const { reports } = createWorkload();

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
