import { expect } from "chai";
import { createEndNotice } from "../../src/report/end-notice.js";
import { clip, linesOf } from "../../src/report/lay-out.js";
import { timeLeft } from "../../src/report/times.js";

describe("the notice before the end", () => {
  it("comes once at 30, 10 and 2 minutes, and at the first look where that comes later", () => {
    const seen = (walltime: number, ...minutesLeft: number[]) => {
      let now = 0;
      const told: string[] = [];
      const notice = createEndNotice(
        (text) => told.push(/in (.*), at/.exec(text)?.[1] ?? text),
        () => now,
      );
      const endsAt = new Date(3_600_000).toISOString();
      for (const left of minutesLeft) {
        now = 3_600_000 - left * 60_000;
        notice({ endsAt, walltime });
      }
      return told;
    };
    expect(seen(7200, 40, 30.1, 30, 29, 10, 9, 2, 1, 0)).to.deep.equal(["30 min", "10 min", "2 min"]);
    expect(seen(7200, 1.5, 1)).to.deep.equal(["1 min"]);
    expect(seen(7200, 45, 40)).to.deep.equal([]);
    expect(seen(1200, 20, 15, 10)).to.deep.equal(["10 min"]);
  });
});

describe("the time that is left", () => {
  it("is red below a tenth of the walltime", () => {
    const left = (seconds: number) => timeLeft({ endsAt: new Date(seconds * 1000).toISOString(), walltime: 3600 }, 0);
    expect(left(1800)).to.equal("30 min left");
    expect(left(600)).to.deep.equal(["yellow", "10 min left"]);
    expect(left(359)).to.deep.equal(["red", "5 min left"]);
    expect(left(-1)).to.deep.equal(["red", "its time is up"]);
    expect(timeLeft({}, 0)).to.equal(undefined);
  });
});

describe("lines of a status on the screen", () => {
  it("keep their spaces and are clipped at the terminal's width", () => {
    const lines = linesOf([["bold", "a"], "  up, ", ["red", "5 min left"], "\nfolder  /x\n"]);
    expect(lines.map((line) => clip(line, 80))).to.deep.equal([
      [["bold", "a"], "  up, ", ["red", "5 min left"]],
      ["folder  /x"],
    ]);
    const text = (columns: number) =>
      clip(lines[0] ?? [], columns)
        .map((piece) => (typeof piece === "string" ? piece : piece[1]))
        .join("");
    expect(text(10)).to.equal("a  up, 5…");
    expect(text(7)).to.equal("a  up, ");
  });
});
