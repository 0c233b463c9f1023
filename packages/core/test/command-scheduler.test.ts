import { expect } from "chai";
import { createCommandScheduler, type Host, HpcnbError, type JobSpec, type SchedulerDialect } from "../src/index.js";
import { expectFailure } from "../src/testing/index.js";

const job: JobSpec = {
  name: "a job",
  script: "#!/bin/sh\ntrue\n",
  workingDirectory: "/home/alice",
  output: "/home/alice/log",
  resources: {},
};

const dialect = {
  title: "A scheduler",
  runsOnHost: false,
  taskVariable: "TASK",
  nameOf: (name) => name,
  submit: ({ name, script }) => ({
    argv: ["sh", "-c", "wrapper", "asub", "-N", name, "-q", "long.q"],
    shown: ["asub", "-N", name, "-q", "long.q"],
    stdin: script,
  }),
  parseSubmit: (text) => text.trim(),
  status: () => ({ argv: ["astat"] }),
  parseStatus: () => [],
  cancel: () => ({ argv: ["adel"] }),
  explain: () => ({ argv: ["awhy"] }),
  parseExplain: () => [],
  history: () => ({ argv: ["aacct"] }),
  parseHistory: () => [],
} satisfies SchedulerDialect;

const never = async () => {
  throw new Error("nothing should be run");
};
const host = { name: "login", run: never } as unknown as Host;

describe("a scheduler that is driven by commands", () => {
  it("renders what it shows of its command, an option and its value on a line", () => {
    expect(createCommandScheduler(host, dialect).render(job)).to.equal("asub \\\n  -N 'a job' \\\n  -q long.q");
  });

  it("renders what its dialect says, where that says it", () => {
    const own = createCommandScheduler(host, { ...dialect, render: ({ name }) => `# job ${name}` });
    expect(own.render(job)).to.equal("# job a job");
  });

  it("refuses an array without tasks before anything is run", async () => {
    const scheduler = createCommandScheduler(host, { ...dialect, idPattern: "(.*)" });
    for (const tasks of [0, -1, 1.5, Number.NaN]) {
      const error = await expectFailure(scheduler.submit({ ...job, tasks }), "HPCNB_SUBMIT_REJECTED");
      expect(error.message).to.include(String(tasks));
      expect(() => scheduler.render({ ...job, tasks })).to.throw(HpcnbError);
      expect(() => scheduler.commands?.submit({ ...job, tasks })).to.throw(HpcnbError);
    }
  });
});
