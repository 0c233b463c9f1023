import type { JobStatus } from "@hpcnb/core";
import { advance, initialState, type SessionEvent, type SessionState } from "@hpcnb/core/session";
import { makeRecord } from "@hpcnb/core/testing";
import { expect } from "chai";
import { endedStepsOf, endStepsOf } from "../../src/views/end-steps.js";

const record: SessionEvent = {
  type: "record-read",
  record: makeRecord({
    cluster: { generation: 1, inNotebook: false, wanted: { engines: 5, gpu: 1 } },
    jobs: [
      { role: "notebook", name: "s-n", id: "12" },
      { role: "engines", name: "s-e1", id: "14", array: { group: "engines", first: 1, last: 4 } },
      { role: "engines", name: "s-e2", id: "15", array: { group: "engines", first: 5, last: 5 } },
      { role: "engines", name: "s-g", id: "16", array: { group: "gpu", first: 6, last: 6 } },
    ],
  }),
};
const listed = (...jobs: JobStatus[]): SessionEvent => ({ type: "jobs-listed", jobs });
const after = (...events: SessionEvent[]): SessionState =>
  events.reduce((state, event) => advance(state, event, { cluster: { minimum: 1 }, connection: true }), initialState);
const shown = (state: SessionState) =>
  endStepsOf(state).map(({ name, done, text }) => `${done ? "✓" : "·"} ${name}: ${text}`);

describe("steps of down", () => {
  it("are none before anything is asked to end", () => {
    expect(shown(after(record))).to.deep.equal([]);
  });

  it("are each job, done when the scheduler has agreed twice", () => {
    const notebook: JobStatus = { id: "12", name: "s-n", state: "running", native: "dr" };
    const state = after(record, { type: "stop-requested" }, listed(notebook), listed(notebook));
    expect(shown(state)).to.deep.equal([
      "· notebook: job 12 is being ended (dr)",
      "✓ engines: job 14 (4 tasks) has ended",
      "✓ engines: job 15 (1 task) has ended",
      "✓ gpu: job 16 (1 task) has ended",
    ]);
    expect(new Set(endStepsOf(state).map(({ id }) => id)).size).to.equal(4);
    expect(endedStepsOf(state).every(({ done }) => done)).to.equal(true);
    expect(endedStepsOf(state)[0]?.text).to.equal("job 12 has ended");
  });

  it("say that the scheduler gives no answer", () => {
    const away = new Error("qstat: connection refused");
    const state = after(record, { type: "stop-requested" }, { type: "question-failed", error: away });
    expect(shown(state)[0]).to.equal("· trouble: qstat: connection refused; trying again");
  });
});
