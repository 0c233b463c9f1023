import { expect } from "chai";
import { grepTracked } from "./repository.js";

const widest = 100;

/**
 * Lines that are only a comment. The formatter keeps code within 120 columns, and leaves comments
 * alone.
 */
const comments: [pattern: string, ...files: string[]][] = [
  ["^\\s*(//|/\\*|\\*(?=[ /]|$))", "*.ts", "*.mjs", "*.cjs"],
  ["^\\s*#", "*.py"],
];

describe("Comments", () => {
  it(`are wrapped at ${widest} columns`, async () => {
    const found = await Promise.all(comments.map(([pattern, ...files]) => grepTracked(pattern, ...files)));
    const tooWide = found.flat().filter((line) => line.replace(/^[^:]*:\d+:/, "").length > widest);
    expect(tooWide).to.deep.equal([]);
  });
});
