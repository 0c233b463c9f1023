import type { JobStatus, Scheduler } from "@hpcnb/core";
import { expect } from "chai";
import { sharedScheduler } from "../src/shared-scheduler.js";

describe("sharedScheduler", () => {
  let asked: AbortSignal[];
  let answer: (jobs: JobStatus[]) => void;
  let scheduler: Scheduler;
  beforeEach(() => {
    asked = [];
    const status = (signal: AbortSignal) => {
      asked.push(signal);
      return new Promise<JobStatus[]>((resolve) => {
        answer = resolve;
      });
    };
    scheduler = sharedScheduler({ status, runsOnHost: true } as unknown as Scheduler);
  });

  it("asks once for all who ask at the same time, and again afterwards", async () => {
    const all = Promise.all(Array.from({ length: 20 }, () => scheduler.status()));
    answer([]);
    expect(await all).to.have.length(20);
    expect(asked).to.have.length(1);
    const again = scheduler.status();
    answer([]);
    await again;
    expect(asked).to.have.length(2);
  });

  it("goes on for the others when one goes, and ends the question with the last one", async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const gone = scheduler.status(one.signal).catch(({ code }) => code);
    const stays = scheduler.status(other.signal).catch(({ code }) => code);
    one.abort();
    expect(await gone).to.equal("HPCNB_ABORTED");
    expect(asked.map(({ aborted }) => aborted)).to.deep.equal([false]);
    other.abort();
    expect(await stays).to.equal("HPCNB_ABORTED");
    expect(asked.map(({ aborted }) => aborted)).to.deep.equal([true]);
    // Whoever comes then does not wait for a question that was ended.
    const next = scheduler.status();
    answer([]);
    expect(await next).to.deep.equal([]);
    expect(asked).to.have.length(2);
  });

  it("leaves all else as it is", () => {
    expect(scheduler.runsOnHost).to.equal(true);
  });
});
