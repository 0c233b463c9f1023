import { answersOf, type CancelTarget } from "@hpcnb/core";
import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { slurmDialect } from "../src/index.js";
import { answered } from "./example.js";

const { parseCancel } = answersOf(slurmDialect());

describe("scancel", () => {
  it("is given jobs and ranges of tasks, each array as one word", () => {
    const tasks = [
      { first: 2, last: 3 },
      { first: 7, last: 7 },
    ];
    const words = (...targets: CancelTarget[]) => slurmDialect().cancel(targets).argv;
    expect(words("17", { id: "18", tasks })).to.deep.equal(["scancel", "17", "18_[2-3,7-7]"]);
    expect(words("19;other")).to.deep.equal(["scancel", "--clusters=other", "19"]);
  });

  it("has done its work where jobs and tasks are gone", () => {
    for (const name of ["no job", "no task"]) parseCancel(answered("scancel", name));
  });

  it("has not where it may not, or did not understand", () => {
    for (const name of ["of another user", "not an id"])
      expectThrown(() => parseCancel(answered("scancel", name)), "HPCNB_SCHEDULER_ANSWER");
  });

  it("has no answer without slurmctld", () => {
    for (const name of ["no controller", "no configuration"])
      expectThrown(() => parseCancel(answered("scancel", name)), "HPCNB_SCHEDULER_UNREACHABLE");
    expectThrown(() => parseCancel(makeResult({ exitCode: null })), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});
