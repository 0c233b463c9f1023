import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { limits, surround, variables } from "./helpers/hostile.js";
import { Jobs } from "./helpers/jobs.js";

/** Each alone, because one may hide what another breaks. Minutes long: `npm run soak`. */
describe("a session with one thing around it that could break it", function () {
  this.timeout(180_000);

  const comesUp = async (venv: string, setup: string, environment: (users: string) => Record<string, string>) => {
    const jobs = new Jobs(makeSession({ cluster: makeCluster(1), notebook: { environment: { venv, setup } } }));
    try {
      jobs.start(undefined, environment(surround(jobs)));
      await jobs.until(({ notebook, engines }) => notebook.state === "answering" && engines.size === 1, 120);
      await jobs.stop();
      expect(jobs.records().map((record) => record?.state)).to.deep.equal(["ended", "ended", "ended"]);
    } finally {
      await jobs.dispose();
    }
  };

  for (const name of Object.keys(variables("/users"))) {
    it(`comes up with ${name}`, async function () {
      await comesUp(venvFrom("HPCNB_TEST_VENV", this), "true", (users) => ({ [name]: variables(users)[name] ?? "" }));
    });
  }

  for (const line of limits.split("\n")) {
    it(`comes up with ${line}`, async function () {
      await comesUp(venvFrom("HPCNB_TEST_VENV", this), line, () => ({}));
    });
  }
});
