import { answersOf, type CommandResult, type ErrorCode, type JobSpec } from "@hpcnb/core";
import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { localDialect } from "../src/dialect.js";

const job: JobSpec = {
  name: "naïve 'job'",
  script: "#!/bin/sh\necho 'é'\n",
  workingDirectory: "/a b",
  output: "/a b/out.{task}",
  resources: { cores: 2, memory: 1_000_000, walltimeSeconds: 90, native: [] },
  tasks: 3,
};

describe("localDialect", () => {
  const dialect = localDialect({ spool: "/spool", slots: 2 });
  const answers = answersOf(dialect);

  it("sends the program and a request for it on standard input, and nothing of the job in the arguments", () => {
    const { argv, stdin = "" } = dialect.submit(job);
    expect(argv[0]).to.equal("python3");
    expect(argv.join(" ")).not.to.include("naïve");
    const request = Buffer.from(stdin)
      .subarray(Number(argv.at(-1)))
      .toString();
    expect(JSON.parse(request)).to.deep.equal({
      verb: "submit",
      spool: "/spool",
      job: {
        name: job.name,
        script: job.script,
        workingDirectory: job.workingDirectory,
        output: job.output,
        walltime: 90,
        tasks: 3,
        slots: 2,
      },
    });
  });

  it("runs no more tasks at once than the job and the machine allow", () => {
    const slotsOf = (tasksAtOnce: number) => {
      const { argv, stdin = "" } = dialect.submit({ ...job, tasksAtOnce });
      return JSON.parse(
        Buffer.from(stdin)
          .subarray(Number(argv.at(-1)))
          .toString(),
      ).job.slots;
    };
    expect([1, 3].map(slotsOf)).to.deep.equal([1, 2]);
  });

  it("refuses a name of two lines", () => {
    fails(() => dialect.submit({ ...job, name: "two\nlines" }), "HPCNB_SUBMIT_REJECTED", "two");
  });

  it("shows a job for people", () => {
    expect(dialect.render?.(job)).to.equal(
      [
        "# job naïve 'job'",
        "# directory /a b",
        "# output /a b/out.{task}",
        "# tasks 1-3, each with its number in HPCNB_TASK_ID",
        "# walltime 90 s",
        "# cores 2 (not enforced)",
        "# memory 1000000 bytes (not enforced)",
      ].join("\n"),
    );
  });

  it("understands the program's answers", () => {
    expect(answers.parseSubmit(printed({ id: "7" }), job)).to.equal("7");
    expect(answers.parseStatus(printed({ jobs: [] }))).to.deep.equal([]);
    const asked = { id: "7", name: job.name };
    expect(answers.parseHistory(printed({}), asked)).to.equal(undefined);
    expect(answers.parseExplain(printed({}), "7")).to.equal(undefined);
    answers.parseCancel(printed({}));
  });

  it("joins tasks that agree, and tells the reasons of an array's tasks", () => {
    const view = { state: "queued", native: "queued", reason: "all slots are taken" };
    const tasks = [
      { first: 1, last: 1, ...view },
      { first: 2, last: 2, ...view },
      { first: 3, last: 3, state: "running", native: "running", host: "here" },
    ];
    const [listed] = answers.parseStatus(printed({ jobs: [{ id: "7", name: "a", ...view, tasks }] }));
    expect(listed).to.include({ state: "running", host: "here" });
    expect(listed?.tasks).to.deep.equal([{ ...tasks[0], last: 2 }, tasks[2]]);

    const reasons = [3, 1, 2].map((number) => ({ first: number, last: number, reason: `cause ${number >> 1}` }));
    const words = "task 1: cause 0\ntasks 2-3: cause 1";
    expect(answers.parseExplain(printed({ tasks: reasons }), "7")).to.equal(words);
    const ended = { tasks: reasons, walltimeReached: true };
    const history = answers.parseHistory(printed({ ended }), { id: "7", name: job.name });
    expect(history).to.deep.equal({ reason: words, walltimeReached: true });
  });

  it("tells a refusal from a question that nobody answered", () => {
    fails(() => answers.parseSubmit(printed({ rejected: "no room" }), job), "HPCNB_SUBMIT_REJECTED", "no room");
    fails(() => answers.parseStatus(printed({ failed: "no spool" })), "HPCNB_SCHEDULER_UNREACHABLE", "no spool");
    const crashed = { ...printed({}), exitCode: 1, stderr: "Traceback: MemoryError" };
    fails(() => answers.parseStatus(crashed), "HPCNB_SCHEDULER_UNREACHABLE", "MemoryError");
    const garbled = { ...printed({}), stdout: "Welcome!" };
    fails(() => answers.parseStatus(garbled), "HPCNB_SCHEDULER_ANSWER", "Welcome!");
  });
});

function printed(answer: unknown): CommandResult {
  return makeResult({ stdout: `${JSON.stringify(answer)}\n` });
}

function fails(work: () => unknown, code: ErrorCode, words: string): void {
  expect(expectThrown(work, code).message).to.include(words);
}
