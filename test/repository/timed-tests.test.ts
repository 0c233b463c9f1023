import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { grepTracked, root } from "./repository.js";

const tests = ["packages/*/test/*.ts", "test/*.ts", ":!test/repository/timed-tests.test.ts"];

/** A machine that is busy today makes every test slower, and is no reason for one to fail. */
describe("A slow machine fails no test", () => {
  it("because a limit is never shorter than the usual one", async () => {
    const usual = Number(JSON.parse(readFileSync(join(root, ".mocharc.json"), "utf8")).timeout);
    expect(usual).to.be.at.least(60_000);
    const limits = await grepTracked(String.raw`(this|\}\))\.timeout\(`, ...tests);
    expect(limits).not.to.deep.equal([]);
    expect(limits.filter((line) => !(limitIn(line) >= usual))).to.deep.equal([]);
  });

  it("because none holds what the clock says against a number", async () => {
    const measured = String.raw`expect\(.*(performance|Date)\.now\(\).*\)\.to\.be\.(below|lessThan|at\.most)\([\d_]+\)`;
    expect(await grepTracked(measured, ...tests)).to.deep.equal([]);
  });
});

/** Milliseconds: those of a number, or of the least that a formula can give. */
function limitIn(line: string): number {
  const [, minutes] = /\.timeout\("(\d+)m"\)/.exec(line) ?? [];
  if (minutes !== undefined) return Number(minutes) * 60_000;
  const [, milliseconds = ""] = /\.timeout\((?:Math\.max\()?([\d_]+)/.exec(line) ?? [];
  return Number(milliseconds.replaceAll("_", ""));
}
