import { createWorkload } from "@hpcnb/jupyter";
import { expect } from "chai";
import { expandRanges } from "../src/reports.js";

const { reports } = createWorkload();

describe("reports", () => {
  it("takes what cannot be read for waiting", () => {
    const waiting = { notebook: { state: "waiting" }, controller: { state: "waiting" }, registered: { tasks: [] } };
    expect(reports([undefined, undefined, undefined])).to.deep.equal(waiting);
    expect(reports([])).to.deep.equal(waiting);
    expect(reports([{ state: "waiting" }, { state: "waiting" }, { state: "waiting" }])).to.deep.equal(waiting);
  });

  it("understands an answering session", () => {
    const endpoint = { kind: "socket", host: "node1", path: "/tmp/x/nb.sock" };
    const answering = { state: "answering", host: "node1", endpoint, server: "JupyterLab 4.6.6", storage_seconds: 0.1 };
    const secret = { key: "secret" };
    expect(
      reports([
        { run: "r", ...answering, note: "why" },
        { run: "r", state: "answering", host: "node2", client: secret, engine: secret },
        { run: "r", state: "answering", registered: "1-3,7", count: 4 },
      ]),
    ).to.deep.equal({
      notebook: {
        state: "answering",
        host: "node1",
        endpoint,
        server: "JupyterLab 4.6.6",
        storageSeconds: 0.1,
        note: "why",
      },
      controller: { state: "answering", host: "node2" },
      registered: { tasks: [1, 2, 3, 7] },
    });
  });

  it("hands on what failed and what to do", () => {
    const failed = { state: "failed", problem: "p", hint: "h" };
    expect(reports([failed, { state: "failed", problem: "q" }, failed])).to.deep.equal({
      notebook: failed,
      controller: { state: "failed", problem: "q" },
      registered: { tasks: [] },
    });
    expect(reports([{ state: "ended" }]).notebook).to.deep.equal({ state: "ended" });
  });
});

describe("expandRanges", () => {
  for (const [text, numbers] of [
    ["", []],
    ["5", [5]],
    ["1-3,7,9-10", [1, 2, 3, 7, 9, 10]],
  ] as const)
    it(`reads "${text}"`, () => expect(expandRanges(text)).to.deep.equal(numbers));
});
