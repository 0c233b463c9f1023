import { expect } from "chai";
import { parseLogWords } from "../../src/commands/logs.js";

describe("words of logs", () => {
  const cases: [string, object][] = [
    ["", { session: undefined, role: "notebook" }],
    ["controller", { session: undefined, role: "controller" }],
    ["engine 17", { session: undefined, role: "engines", engine: 17 }],
    ["a/session.yaml", { session: "a/session.yaml", role: "notebook" }],
    ["rnaseq engine 2", { session: "rnaseq", role: "engines", engine: 2 }],
  ];
  for (const [words, expected] of cases) {
    it(`understand "${words}"`, () => {
      expect(parseLogWords(words.split(" ").filter(Boolean))).to.deep.equal(expected);
    });
  }

  for (const words of ["engine", "engine 0", "engine x", "engine 1 2", "notebook 3", "rnaseq kernel", "engine 1e3"]) {
    it(`refuse "${words}"`, () => {
      expect(() => parseLogWords(words.split(" ")))
        .to.throw()
        .with.property("code", "HPCNB_BAD_ARGUMENTS");
    });
  }
});
