import { readdirSync } from "node:fs";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { startKernel } from "./helpers/kernel.js";
import { processesWith } from "./helpers/processes.js";
import { makeContext } from "./helpers/session.js";

describe("jobs that are killed", () => {
  let jobs: Jobs;

  before(function () {
    if (process.platform !== "linux") this.skip();
    const venv = venvFrom("HPCNB_TEST_VENV", this);
    jobs = new Jobs(makeSession({ cluster: makeCluster(1), notebook: { environment: { venv } } }));
    jobs.start();
  });
  after(() => jobs?.dispose());

  it("leave no file and no process", async () => {
    const { notebook } = await jobs.until((now) => now.notebook.state === "answering" && now.engines.size === 1, 80);
    if (notebook.state !== "answering") throw new Error(notebook.state);
    await startKernel({ endpoint: notebook.endpoint, token: makeContext().run.token });
    expect(readdirSync(jobs.temporary)).to.have.length(3);
    for (const name of ["notebook", "controller", "engines 1"]) jobs.child(name).kill("SIGKILL");
    const left = () => [...readdirSync(jobs.temporary), ...processesWith(jobs.root).map(({ command }) => command)];
    const deadline = performance.now() + 60_000;
    while (left().length > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(left()).to.deep.equal([]);
  });

  it("do nothing when a scheduler starts them again", async () => {
    jobs.start(["notebook", "controller"]);
    const { notebook, controller } = await jobs.until(
      (now) => now.notebook.state === "failed" && now.controller.state === "failed",
      60,
    );
    for (const report of [notebook, controller]) {
      if (report.state !== "failed") throw new Error(report.state);
      expect(report.problem).to.include("started this job again");
    }
    expect(await jobs.ended("notebook")).to.equal(1);
  });
});
