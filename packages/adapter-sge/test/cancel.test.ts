import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { gridEngineDialect } from "../src/index.js";
import { answers, fixture } from "./example.js";

const { parseCancel } = answers;

const failed = (name: string) => () => parseCancel(makeResult({ exitCode: 1, stdout: fixture(name) }));

it("qdel is given each range of an array's tasks as a word", () => {
  const some = {
    id: "8",
    tasks: [
      { first: 2, last: 3 },
      { first: 7, last: 7 },
    ],
  };
  expect(gridEngineDialect().cancel(["5", some]).argv).to.deep.equal(["qdel", "5", "8.2-3", "8.7-7"]);
});

describe("qdel's answer", () => {
  it("is no error for jobs and tasks that are deleted, are being deleted, or are gone", () => {
    for (const name of ["qdel-running.txt", "qdel-tasks.txt", "qdel-twice.txt"])
      parseCancel(makeResult({ stdout: fixture(name) }));
    for (const name of ["qdel-unknown.txt", "qdel-unknown-and-known.txt", "qdel-tasks-gone.txt"]) failed(name)();
    failed("qdel-twice.txt")();
  });

  it("is no error for a job on a host that does not answer", () => {
    parseCancel(
      makeResult({
        exitCode: 1,
        stdout: `alice unable to sync state with remote execd for the deletion of job "85"\nalice has registered the job 86 for deletion\n`,
      }),
    );
  });

  it("is an error for a job that may not be deleted, also among others", () => {
    const error = expectThrown(failed("qdel-denied.txt"), "HPCNB_SCHEDULER_ANSWER");
    expect(error.message).to.include("privileges");
    const both = `${fixture("qdel-unknown.txt")}${fixture("qdel-denied.txt")}`;
    expectThrown(() => parseCancel(makeResult({ exitCode: 1, stdout: both })), "HPCNB_SCHEDULER_ANSWER");
  });

  it("is none when the qmaster cannot be reached, or qdel fails and says nothing", () => {
    expectThrown(() => parseCancel(makeResult({ exitCode: 1 })), "HPCNB_SCHEDULER_UNREACHABLE");
    const error = expectThrown(
      () => parseCancel(makeResult({ exitCode: 1, stderr: fixture("qdel-no-qmaster.txt") })),
      "HPCNB_SCHEDULER_UNREACHABLE",
    );
    expect(error.transient).to.equal(true);
  });
});
