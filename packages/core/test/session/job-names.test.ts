import { jobName } from "@hpcnb/core/session";
import { expect } from "chai";
import { jobOfSession } from "../../src/session/job-names.js";

const plain = { nameOf: (name: string) => name };
const run = "abcdefghi0";

describe("names of jobs", () => {
  it("tell the session, the kind of job and the run", () => {
    for (const suffix of ["", "-2", "-1-5", "-0a1b2c"]) {
      const name = jobName("rna.seq-2", "engines", run, suffix);
      expect(jobOfSession(name, "rna.seq-2", plain), name).to.deep.equal({ role: "engines", run });
    }
  });

  it("are those that the scheduler makes of them", () => {
    const sge = { nameOf: (name: string) => `_${name}` };
    expect(jobOfSession(`_1a-notebook-${run}`, "1a", sge)).to.deep.equal({ role: "notebook", run });
    expect(jobOfSession(`1a-notebook-${run}`, "1a", sge)).to.equal(undefined);
  });

  it("match only as a whole", () => {
    const others = [
      "a-notebook-",
      "a-notebook-a",
      `a-notebook-${run}x`,
      `a-notebook-${run}-`,
      `a-notebook-${run}-x-y`,
      `x-a-notebook-${run}`,
      `a-notebook-${run}-notebook-0123456789`,
      `a-other-${run}`,
      run,
      "",
    ];
    for (const name of others) expect(jobOfSession(name, "a", plain), name).to.equal(undefined);
    const longer = `a-notebook-${run}`;
    expect(jobOfSession(`${longer}-notebook-0123456789`, longer, plain)?.run).to.equal("0123456789");
  });
});
