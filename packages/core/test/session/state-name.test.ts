import { defined } from "@hpcnb/core";
import {
  advance,
  initialState,
  nameOfState,
  notebookTimes,
  type Reports,
  type SessionEvent,
  type SessionRecord,
} from "@hpcnb/core/session";
import { makeRecord } from "@hpcnb/core/testing";
import { expect } from "chai";

const record = makeRecord({
  jobs: [{ role: "notebook", name: "s", id: "1", walltime: 900 }],
});
const nothing = { controller: { state: "waiting" }, engines: new Map() } as const;
const notebook = (report: Reports["notebook"]): SessionEvent => ({
  type: "reports-read",
  reports: { ...nothing, notebook: report },
});
const answering = notebook({
  state: "answering",
  host: "node1",
  storageSeconds: 0,
  startedAt: "2026-01-01T10:00:00.500Z",
  endpoint: { kind: "socket", host: "node1", path: "/s" },
  server: "JupyterLab 4",
});
const listed = (state: "queued" | "running" | "suspended"): SessionEvent => ({
  type: "jobs-listed",
  jobs: [{ id: "1", name: "s", state, native: state, startedAt: "2026-01-01T09:00:00Z" }],
});
const gone: SessionEvent = { type: "jobs-listed", jobs: [] };
const opened = (healing?: { since: string; why: string }): SessionEvent => ({
  type: "tunnel-opened",
  connection: { kind: "direct", baseUrl: "http://127.0.0.1:8888", ...defined({ healing }) },
});
const read = (more: Partial<SessionRecord> = {}): SessionEvent => ({
  type: "record-read",
  record: { ...record, ...more },
});
const overran: SessionEvent = {
  type: "history-read",
  name: "s",
  history: { reason: "its time was up", walltimeReached: true },
};

function after(...events: SessionEvent[]) {
  const wanted = { cluster: undefined, connection: true };
  return events.reduce((state, event) => advance(state, event, wanted), initialState);
}

describe("the words for where a session is", () => {
  const cases: [word: string, ...events: SessionEvent[]][] = [
    ["not started"],
    ["half submitted", read({ jobs: [{ role: "notebook", name: "s" }] })],
    ["waiting in the queue", read(), listed("queued")],
    ["starting", read(), listed("running")],
    ["not connected", read(), listed("running"), answering],
    ["not connected", read(), listed("running"), answering, opened(), { type: "tunnel-closed" }],
    ["reconnecting", read(), listed("running"), answering, opened({ since: "2026", why: "no route" })],
    ["up", read(), listed("running"), answering, opened()],
    ["suspended", read(), listed("suspended"), answering, opened()],
    ["ending", read({ ending: { at: "2026", why: "down" } }), gone, gone, notebook({ state: "ended" })],
    ["ended at its walltime", read(), gone, overran],
    ["ended at its walltime", read(), notebook({ state: "ended", told: true, seconds: 899 })],
    ["failed", read(), notebook({ state: "ended", told: true, seconds: 300 })],
    ["put back into the queue", read(), listed("queued"), notebook({ state: "ended", told: true, seconds: 300 })],
    ["finished", read(), notebook({ state: "ended", told: false, seconds: 300 })],
    ["failed", read(), notebook({ state: "failed", problem: "no Jupyter" })],
    ["ended by you", read({ ended: { at: "2026", why: "ended by `hpcnb down`", how: "asked" } })],
    ["ended at its walltime", read({ ended: { at: "2026", why: "its time was up", how: "walltime" } })],
    ["ended", read({ ended: { at: "2026", why: "by an older hpcnb" } })],
  ];
  for (const [name, ...events] of cases)
    it(`are "${name}" after ${events.map(({ type }) => type).join(", ") || "nothing"}`, () => {
      expect(nameOfState(after(...events))).to.equal(name);
    });
});

describe("the times of a notebook job", () => {
  const at = (...events: SessionEvent[]) => notebookTimes(after(...events), Date.parse("2026-01-01T11:00:00Z"));
  const says = (startedAt: string) => notebook({ state: "started", host: "node1", storageSeconds: 0, startedAt });

  it("are by the scheduler, and by its own word where the scheduler does not say", () => {
    const byScheduler = { startedAt: "2026-01-01T09:00:00.000Z", walltime: 900, endsAt: "2026-01-01T09:15:00.000Z" };
    expect(at(read(), listed("running"))).to.deep.equal(byScheduler);
    expect(at(read(), listed("running"), answering)).to.deep.equal(byScheduler);
    expect(at(read(), answering).endsAt).to.equal("2026-01-01T10:15:00.500Z");
    expect(at(read(), { type: "jobs-listed", jobs: [] })).to.deep.equal({ walltime: 900 });
  });

  for (const startedAt of ["2026-01-01T12:00:00Z", "2025-12-31T23:00:00Z", "1970-01-01T00:00:10Z"])
    it(`are not by a clock that must be wrong: ${startedAt}`, () => {
      expect(at(read(), says(startedAt))).to.deep.equal({ walltime: 900 });
    });
});
