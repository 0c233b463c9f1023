import { expect } from "chai";
import { grepTracked } from "./repository.js";

/**
 * Ways to a stream of this process; only whether it is a terminal, and how wide, may be asked
 * anywhere.
 */
const streams = ["\\bprocess\\.std(out|err)(?!\\.(isTTY|columns)\\b)", "\\bconsole\\.", "\\} = process;", "/dev/tty"];

/** The testbed is a program of its own, for developers. */
const sources = ["packages/*/src/*.ts", ":!packages/testbed", ":!packages/cli/src/printing/print.ts"];

describe("Printing", () => {
  it("is done by print.ts alone, where text from elsewhere is cleaned", async () => {
    const found = await grepTracked(`^(?!\\s*(//|\\*|/\\*)).*(${streams.join("|")})`, ...sources);
    // Where a password is read, where a stream is only handed to `show`, and where it is seen that
    // ssh asks.
    const allowed =
      /const \{ stdin \} = process;|stream(: NodeJS\.WriteStream)? = process\.stderr[,)]|=== "\/dev\/tty"/;
    expect(found.filter((line) => !allowed.test(line))).to.deep.equal([]);
  });

  it("is not done by commands: they return their text and their value", async () => {
    const found = await grepTracked(
      "\\b(printText|printJson|printResult|printOutcome)\\b",
      "packages/cli/src/commands/*.ts",
    );
    expect(found).to.deep.equal([]);
  });
});
