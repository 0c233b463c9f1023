import type { NotebookReport } from "@hpcnb/core/session";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { limits, surround, variables } from "./helpers/hostile.js";
import { Jobs } from "./helpers/jobs.js";
import { runCell, startKernel } from "./helpers/kernel.js";
import { ask } from "./helpers/server.js";
import { makeContext } from "./helpers/session.js";

/** All that docs/environment.md names for jobs, at once. */
describe("a session among everything that could break it", () => {
  let jobs: Jobs;
  let access: { endpoint: Extract<NotebookReport, { state: "answering" }>["endpoint"]; token: string };

  before(async function () {
    const venv = venvFrom("HPCNB_TEST_VENV", this);
    jobs = new Jobs(makeSession({ cluster: makeCluster(1), notebook: { environment: { venv, setup: limits } } }));
    jobs.start(undefined, variables(surround(jobs)));
  });
  after(() => jobs?.dispose());

  it("comes up with its engine", async () => {
    const { notebook } = await jobs.until(
      (reports) => reports.notebook.state === "answering" && reports.engines.size === 1,
      80,
    );
    access = {
      endpoint: (notebook as Extract<NotebookReport, { state: "answering" }>).endpoint,
      token: makeContext().run.token,
    };
    expect((notebook as { note?: string }).note).to.match(/cannot be written to/);
  });

  it("shows the notebook directory, and to nobody without its own token", async () => {
    const { body } = await ask(access.endpoint, "/api/contents", { token: access.token });
    const names = JSON.parse(body).content.map(({ name }: { name: string }) => name);
    expect(names).to.include("json.py");
    for (const token of [undefined, "foreign"])
      expect((await ask(access.endpoint, "/api/contents", token === undefined ? {} : { token })).status).to.equal(403);
  });

  it("has kernels that compute and that reach the engine", async () => {
    const kernel = await startKernel(access);
    const code = "import ipyparallel\nprint(ipyparallel.Client(profile='rnaseq')[0].apply_sync(lambda: 6 * 7))";
    expect(await runCell(access, kernel, code)).to.equal("42\n");
  });

  it("ends well", async () => {
    await jobs.stop();
    expect(jobs.records().map((record) => record?.state)).to.deep.equal(["ended", "ended", "ended"]);
  });
});
