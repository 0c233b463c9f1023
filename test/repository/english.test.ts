import { expect } from "chai";
import { grepTracked } from "./repository.js";

/** Words and constructions that a native reader has to translate, and what to write instead. */
const hardToRead: Record<string, string> = {
  "\\banew\\b": "again",
  "\\bin vain\\b": "without success; or say what failed",
  "\\bfor ever\\b": "without end; or say until when",
  "\\bto be had\\b": "say who has it, or that it does not exist",
  "\\ball the same\\b": "still, nevertheless",
  "\\b(of|for|by) which\\b": "two sentences, or a relative clause that begins with its noun",
  "\\b([Hh]e|[Hh]is|him|himself)\\b": "the user, the process, they, it",
  "(^|[.:;/*#] +)Who (?!is )[a-z]+(?!.*\\?)": "a clause needs a noun: `Users who ...`",
  "\\b(also|for|from|is|of|only|or|than|to) who\\b": "a clause needs a noun: `a user who ...`",
  '(^|[.:;/*#] +|""")Of (?!course)': "a sentence with a subject; what is it?",
};

/** The same for pages, whose readers do not know the code. */
const hardOnPages: Record<string, string> = {
  "(^|[.:;|] )What (is|was|has|had|are|were|the|an?|you|your|it|they|only|all|some|hpcnb|can|no|other)\\b(?!.*\\?)":
    "a sentence whose subject is a noun: `Files that ...`",
};

describe("English", () => {
  for (const [pattern, instead] of Object.entries(hardToRead)) {
    it(`has no ${pattern}: write ${instead}`, async () => {
      const files = ["*.ts", "*.mjs", "*.py", "*.md", ":!test/repository/english.test.ts"];
      expect(await grepTracked(pattern, ...files)).to.deep.equal([]);
    });
  }
  for (const [pattern, instead] of Object.entries(hardOnPages)) {
    it(`has no ${pattern} on pages: write ${instead}`, async () => {
      expect(await grepTracked(pattern, "*.md")).to.deep.equal([]);
    });
  }
});
