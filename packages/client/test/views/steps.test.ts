import type { JobStatus } from "@hpcnb/core";
import {
  advance,
  type EngineReports,
  initialState,
  type Reports,
  type SessionEvent,
  type SessionState,
} from "@hpcnb/core/session";
import { makeRecord } from "@hpcnb/core/testing";
import { expect } from "chai";
import { stepsOf } from "../../src/views/steps.js";

const record = {
  type: "record-read",
  record: makeRecord({
    cluster: { generation: 1, inNotebook: false, wanted: { engines: 4 } },
    jobs: [
      { role: "notebook", name: "s-notebook", id: "12" },
      { role: "controller", name: "s-controller", id: "13" },
      { role: "engines", name: "s-engines", id: "14", array: { group: "engines", first: 1, last: 4 } },
    ],
  }),
} satisfies SessionEvent;
const answering: Reports = {
  notebook: {
    state: "answering",
    host: "node1",
    storageSeconds: 0.04,
    endpoint: { kind: "port", host: "node1", address: "127.0.0.1", port: 40001 },
    server: "JupyterLab 4.6.6",
    note: "no local directory for a socket",
  },
  controller: { state: "waiting" },
  engines: new Map([[1, "registered"]]),
};

function after(...events: SessionEvent[]): SessionState {
  return events.reduce(
    (state, event) => advance(state, event, { cluster: { minimum: 4 }, connection: true }),
    initialState,
  );
}

const shown = (state: SessionState) =>
  stepsOf(state, "probe").map(({ name, done, text }) => `${done ? "✓" : "·"} ${name}: ${text}`);

describe("steps of up", () => {
  it("are none before there is a session", () => {
    expect(shown(initialState)).to.deep.equal([]);
  });

  it("say why a job waits, in the scheduler's words", () => {
    const state = after(record, {
      type: "jobs-listed",
      jobs: [{ id: "12", name: "s-notebook", state: "queued", native: "qw", reason: "no free slot" }],
    });
    expect(shown(state)).to.deep.equal([
      "✓ jobs: notebook 12, controller 13, engines 14 (4 tasks)",
      "· queue: waiting (qw: no free slot)",
      "· engines: 0 of 4 registered (4 queued; the controller waits, too)",
    ]);
  });

  it("say which engines are suspended and why, and what to do about those that are lost", () => {
    const engines = (state: JobStatus["state"], words: EngineReports) => {
      const jobs: JobStatus[] = [
        { id: "13", name: "s-controller", state: "running", native: "r" },
        {
          id: "14",
          name: "s-engines",
          state: "running",
          native: "r",
          tasks: [{ first: 1, last: 4, state, native: "S", reason: "long.q is full" }],
        },
      ];
      const reports: Reports = { ...answering, controller: { state: "answering", host: "node2" }, engines: words };
      return shown(after(record, { type: "jobs-listed", jobs }, { type: "reports-read", reports })).at(-1);
    };
    expect(engines("suspended", new Map([[1, "lost"]]))).to.equal(
      "· engines: 0 of 4 registered (4 suspended; long.q is full)",
    );
    expect(
      engines(
        "running",
        new Map([
          [1, "lost"],
          [2, "registered"],
        ]),
      ),
    ).to.equal(
      "· engines: 1 of 4 registered (4 running, 1 lost; `hpcnb scale` starts others in the place of lost and failed ones)",
    );
  });

  it("count engines that are to go apart from those that there are to be", () => {
    const words: EngineReports = new Map([1, 2, 3, 4].map((number) => [number, "registered"]));
    const reports: Reports = { ...answering, controller: { state: "answering", host: "node2" }, engines: words };
    const fewer = { ...record.record, cluster: { generation: 1, inNotebook: false, wanted: { engines: 3 } } };
    const state = after(record, { type: "reports-read", reports }, { type: "record-read", record: fewer });
    expect(shown(state).at(-1)).to.equal("✓ engines: 3 registered, and 1 more until idle");
  });

  it("say what is waited for, once the server answers", () => {
    expect(shown(after(record, { type: "reports-read", reports: answering }))).to.deep.equal([
      "✓ jobs: notebook 12, controller 13, engines 14 (4 tasks)",
      "✓ queue: running on node1",
      "✓ storage: ready after 0.0 s (probe)",
      "✓ notebook: JupyterLab 4.6.6 answers on port 40001 of 127.0.0.1 (no local directory for a socket)",
      "· tunnel: opening",
      "· engines: 1 of 4 registered (4 queued; the controller is starting)",
    ]);
  });
});
