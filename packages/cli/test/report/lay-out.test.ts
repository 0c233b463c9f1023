import { expect } from "chai";
import { layOut, wrap } from "../../src/report/lay-out.js";
import { plain } from "../plain.js";

describe("layOut", () => {
  it("leaves the lines of a text apart, wraps each, and cleans all", () => {
    expect(wrap("a.yaml:1:1 one two\na.yaml:2:1 \u001b[31mred", 13)).to.deep.equal([
      "a.yaml:1:1",
      "one two",
      "a.yaml:2:1",
      "\\u001b[31mred",
    ]);
  });

  it("puts the lines of a text, and of what is to be done, below each other", () => {
    const row = { mark: "x", name: "file", time: "0.0s", text: "one\ntwo", note: "do this\nor that" };
    const lines = layOut(row, 80).map((line) => plain(line));
    const [first, ...others] = lines;
    expect(first).to.match(/^x file +0\.0s {2}one$/);
    expect(others.map((line) => line.trim())).to.deep.equal(["two", "do this", "or that"]);
  });
});
