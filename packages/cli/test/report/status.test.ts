import { statusView, viewFromHere } from "@hpcnb/client";
import { advance, initialState, type Reports, type SessionEvent, troubledEngines } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { makeRecord } from "@hpcnb/core/testing";
import { expect } from "chai";
import { renderStatus } from "../../src/report/render-status.js";
import { plain } from "../plain.js";

const at = (hours: number, minutes: number) => new Date(2026, 0, 1, hours, minutes).toISOString();

const record = makeRecord({
  name: "rnaseq",
  cluster: { generation: 1, inNotebook: false, wanted: { cpu: 3, gpu: 1 } },
  jobs: [
    { role: "notebook", name: "1", id: "1", walltime: 8 * 3600 },
    { role: "controller", name: "2", id: "2" },
    { role: "engines", name: "3", id: "3", array: { group: "cpu", first: 1, last: 3 }, walltime: 3600 },
    { role: "engines", name: "4", id: "4", array: { group: "gpu", first: 4, last: 4 } },
  ],
});
const reports: Reports = {
  notebook: {
    state: "answering",
    host: "node1",
    storageSeconds: 0.04,
    startedAt: at(10, 0),
    endpoint: { kind: "socket", host: "node1", path: "/tmp/x/nb.sock" },
    server: "JupyterLab 4.6.6",
  },
  controller: { state: "answering", host: "node2", storageSeconds: 1.24 },
  engines: new Map([
    [1, "registered"],
    [2, "lost"],
    [4, "restarted"],
  ]),
};
const job = (id: string) => ({ id, name: id, state: "running", native: "r", host: "node1" }) as const;
const listed: SessionEvent = {
  type: "jobs-listed",
  jobs: [
    ...["1", "2"].map(job),
    {
      ...job("3"),
      tasks: [
        { first: 1, last: 2, state: "running", native: "r", host: "node3", startedAt: at(10, 45) },
        { first: 3, last: 3, state: "running", native: "r", host: "node3", startedAt: at(10, 30) },
      ],
    },
    { ...job("4"), tasks: [{ first: 1, last: 1, state: "running", native: "r", host: "node2" }] },
  ],
};

const now = new Date(2026, 0, 1, 11, 0).getTime();
const shown = (view: Parameters<typeof renderStatus>[0]) =>
  // These tests may be run by npx.
  plain(renderStatus(view, { now, called: "rnaseq" }))
    .replace("npx hpcnb", "hpcnb")
    .split("\n");

describe("status", () => {
  it("calls an array finished whose engines were all let go and that is no longer listed", () => {
    const retired: Reports = { ...reports, engines: new Map([...reports.engines, [4, "retired"]]) };
    const withoutArray: SessionEvent = { ...listed, jobs: listed.jobs.slice(0, 3) };
    const events: SessionEvent[] = [
      { type: "record-read", record },
      { type: "reports-read", reports: retired },
      withoutArray,
    ];
    const wanted = { cluster: { minimum: 2 }, connection: false };
    const state = events.reduce((before, event) => advance(before, event, wanted), initialState);
    const known = { differences: [], directory: "/d", readiness: "probe", url: (baseUrl: string) => baseUrl };
    const { jobs } = statusView({ name: "rnaseq" } as Parameters<typeof statusView>[0], state, known);
    expect(jobs.map((one) => one.state)).to.deep.equal(["running", "running", "running", "finished"]);
  });

  it("puts scheduler and controller side by side, by group and for each engine that is not well", () => {
    const events: SessionEvent[] = [{ type: "record-read", record }, listed, { type: "reports-read", reports }];
    const wanted = { cluster: { minimum: 2 }, connection: false };
    const state = events.reduce((before, event) => advance(before, event, wanted), initialState);
    const session = { name: "rnaseq" } as Parameters<typeof statusView>[0];
    const differences = troubledEngines(state).map((one) => (one.engine === 4 ? { ...one, log: "hpcnb: why" } : one));
    const known = { differences, directory: "/d", readiness: "probe", url: (baseUrl: string) => baseUrl };
    expect(shown(statusView(session, state, known))).to.deep.equal([
      "rnaseq  up on node1, 7 h left",
      "time        since 10:00 (1 h) of 8:00:00, until 18:00",
      "server      JupyterLab 4.6.6",
      "folder      /d",
      "engines     2 of 4 registered; 2 running and not registered, 1 lost, 30 min left",
      "group       cpu: 1 of 3 registered",
      "group       gpu: 1 of 1 registered",
      "notebook    job 1 running (r) on node1",
      "controller  job 2 running (r) on node1",
      "array       job 3 (cpu: engines 1-3) running (r) on node1",
      "array       job 4 (gpu: engine 4) running (r) on node1",
      'engine 2    on node3: the controller no longer hears from it; the scheduler says "r"',
      "engine 3    on node3: it runs, and the controller does not know it yet",
      "engine 4    on node2: it was started again",
      "    hpcnb: why",
      "next        hpcnb open rnaseq",
      "",
    ]);
  });

  it("tells why the last tunnel was given up, as long as there is no other", () => {
    const events: SessionEvent[] = [{ type: "record-read", record }, listed, { type: "reports-read", reports }];
    const lines = (more: SessionEvent[]) => {
      const state = [...events, ...more].reduce(
        (before, event) => advance(before, event, { cluster: { minimum: 2 }, connection: true }),
        initialState,
      );
      const session = { name: "rnaseq" } as Parameters<typeof statusView>[0];
      const tunnelClosed = "Nothing answers.\nssh said: no";
      const known = { differences: [], directory: "/d", readiness: "probe", tunnelClosed, url: (url: string) => url };
      return shown(statusView(session, state, known));
    };
    expect(lines([])).to.include.members(["tunnel      closed: Nothing answers.", "    ssh said: no"]);
    const connection = { kind: "jump", baseUrl: "http://127.0.0.1:8888" };
    expect(lines([{ type: "tunnel-opened", connection }]).filter((line) => line.startsWith("tunnel"))).to.deep.equal([
      "tunnel      jump",
    ]);
  });

  it("tells the time that is left also where only this machine is left to be asked", () => {
    const session = { name: "rnaseq", host: "login", notebook: { directory: "/d" } } as Session;
    const times = { startedAt: at(10, 0), walltime: 8 * 3600, endsAt: at(18, 0) };
    const view = viewFromHere(session, { kind: "jump", baseUrl: "http://127.0.0.1:8888", times });
    expect(view).to.include(times);
    const [headline] = plain(renderStatus(view, { now: Date.parse(at(17, 0)), called: "rnaseq" })).split("\n");
    expect(headline).to.equal("rnaseq  unknown, 1 h left: login cannot be asked");
  });

  for (const state of ["waiting in the queue", "starting"] as const)
    it(`names the command that waits for a session that is ${state}`, () => {
      const known = { differences: [], directory: "/d", readiness: "probe", url: (url: string) => url };
      const session = { name: "rnaseq" } as Parameters<typeof statusView>[0];
      const view = { ...statusView(session, initialState, known), state, phase: "queued" } as const;
      const text = plain(renderStatus(view, { now: 0, called: "rnaseq" }));
      expect(text).to.match(/^next +(npx )?hpcnb up rnaseq$/m);
    });
});
