import { expect } from "chai";
import { parseTasks } from "../src/parse-tasks.js";

describe("task numbers", () => {
  it("are read in all forms that schedulers have", () => {
    expect(parseTasks("7")).to.deep.equal([{ first: 7, last: 7 }]);
    expect(parseTasks("20-40:1")).to.deep.equal([{ first: 20, last: 40 }]);
    expect(parseTasks("20-40")).to.deep.equal([{ first: 20, last: 40 }]);
    expect(parseTasks("3,5-9:2, 12")).to.deep.equal([3, 5, 7, 9, 12].map((task) => ({ first: task, last: task })));
    expect(parseTasks("0-3")).to.deep.equal([{ first: 0, last: 3 }]);
    for (const text of ["", "a", "1-", "1-2:", "1;2", "1-3..."]) expect(parseTasks(text), text).to.equal(undefined);
  });

  it("are no numbers that no task can have, and cost little however many they are", () => {
    for (const text of ["5-3", "1-1000000000", "9007199254740993", "1".repeat(400), `1-${"9".repeat(30)}:2`])
      expect(parseTasks(text), text).to.equal(undefined);
    expect(parseTasks("1-10000000")).to.deep.equal([{ first: 1, last: 10_000_000 }]);
    expect(parseTasks("1-10000000:2")).to.deep.equal([{ first: 1, last: 10_000_000 }]);
    expect(parseTasks(Array.from({ length: 1000 }, () => "1-100000:2").join(","))?.length).to.be.lessThan(200_000);
    expect(parseTasks(" ".repeat(2e5))).to.equal(undefined);
    expect(parseTasks(`${" ".repeat(2e5)}x`)).to.equal(undefined);
  });
});
