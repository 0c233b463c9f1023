import { expect } from "chai";
import { firstLines, joinRuns, overall, type TaskStatus } from "../src/index.js";

const task = (first: number, last: number, native = "r", host = "node1"): TaskStatus => ({
  first,
  last,
  state: "running",
  native,
  host,
});

describe("the tasks of an array", () => {
  it("are put in order and together where nothing differs", () => {
    const tasks = [task(10, 10), task(2, 2), task(1, 1), task(3, 3, "t"), task(4, 9), task(11, 11, "r", "node2")];
    const runs = [task(1, 2), task(3, 3, "t"), task(4, 10), task(11, 11, "r", "node2")];
    expect(joinRuns(tasks)).to.deep.equal(runs);
  });

  it("stay apart when they differ in any fact", () => {
    const facts = { state: "error", native: "E", host: "node2", startedAt: "2026-01-01T00:00:00Z" };
    for (const [key, value] of Object.entries({ ...facts, reason: "a full disk", exitCode: 1 }))
      expect(joinRuns([task(1, 1), { ...task(2, 2), [key]: value }]), key).to.have.length(2);
  });

  it("are listed once, although an answer has them twice", () => {
    const runs = joinRuns([task(1, 5), task(3, 8, "t"), task(4, 4), task(5, 5)]);
    expect(runs).to.deep.equal([task(1, 5), task(6, 8, "t")]);
  });

  it("give the array the facts of the liveliest", () => {
    const waits: TaskStatus = { first: 1, last: 2, state: "queued", native: "qw" };
    expect(overall([waits, task(3, 3)])).to.deep.equal({ state: "running", native: "r", host: "node1" });
    expect(overall([waits, { ...waits, state: "error", native: "Eqw" }]).state).to.equal("queued");
    expect(overall([]).state).to.equal("unknown");
  });
});

describe("the first lines of a long answer", () => {
  it("are the different ones, and the others are counted", () => {
    expect(firstLines(["a", "b", "a", "", "c", "d"], 2)).to.equal("a\nb\n... and 2 more");
    expect(firstLines(["a", "b"], 2)).to.equal("a\nb");
    expect(firstLines(["", ""])).to.equal(undefined);
  });
});
