import type { JobStatus } from "@hpcnb/core";
import { expect } from "chai";
import { aheadBy, byClockHere } from "../../src/session/host-clock.js";

describe("a host's clock", () => {
  const asked = { before: 1_000_000, after: 1_002_000 };

  it("agrees with this machine's unless the difference is sure", () => {
    for (const seconds of [990, 1000, 1001, 1012]) expect(aheadBy(seconds, asked), String(seconds)).to.equal(0);
    // A login may have taken a minute, in which the host said what time it is.
    expect(aheadBy(1030, { before: 1_000_000, after: 1_060_000 })).to.equal(0);
    expect(aheadBy(1065, { before: 1_000_000, after: 1_060_000 })).to.equal(0);
  });

  it("is ahead or behind by as much as it says", () => {
    expect(aheadBy(4601, asked)).to.equal(3_600_500);
    expect(aheadBy(700, asked)).to.equal(-300_500);
  });

  it("is put right in what the scheduler says of jobs and tasks", () => {
    const startedAt = "2026-01-01T10:00:00Z";
    const job: JobStatus = {
      ...{ id: "1", name: "s", state: "running", native: "r", startedAt },
      tasks: [
        { first: 1, last: 1, state: "running", native: "r", startedAt },
        { first: 2, last: 4, state: "queued", native: "qw" },
      ],
    };
    const { tasks, ...shifted } = byClockHere(job, 3_600_000);
    expect(shifted.startedAt).to.equal("2026-01-01T09:00:00.000Z");
    expect(tasks?.map((task) => task.startedAt)).to.deep.equal(["2026-01-01T09:00:00.000Z", undefined]);
    expect(byClockHere(job, 0)).to.equal(job);
  });
});
