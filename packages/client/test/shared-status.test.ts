import type { JobStatus, Plugin, Scheduler } from "@hpcnb/core";
import { expect } from "chai";
import { withSharedStatus } from "../src/shared-status.js";

describe("withSharedStatus", () => {
  const plugin = { apiVersion: 1, name: "a" } as unknown as Plugin;
  let asked: string[];
  beforeEach(() => {
    asked = [];
  });
  const schedulerOn = (host: string, options = {}) => {
    const status = async (): Promise<JobStatus[]> => {
      asked.push(host);
      await Promise.resolve();
      return [];
    };
    return withSharedStatus({ status, runsOnHost: true } as unknown as Scheduler, { plugin, host, options });
  };

  it("asks once for all callers at the same time, and again afterwards", async () => {
    const sessions = Array.from({ length: 20 }, () => schedulerOn("a"));
    await Promise.all(sessions.map((each) => each.status()));
    expect(asked).to.deep.equal(["a"]);
    await schedulerOn("a").status();
    expect(asked).to.deep.equal(["a", "a"]);
  });

  it("asks each site for itself", async () => {
    await Promise.all([schedulerOn("a").status(), schedulerOn("b").status(), schedulerOn("a", { q: 1 }).status()]);
    expect(asked).to.deep.equal(["a", "b", "a"]);
  });

  it("leaves all else as it is", () => {
    expect(schedulerOn("a").runsOnHost).to.equal(true);
  });
});
