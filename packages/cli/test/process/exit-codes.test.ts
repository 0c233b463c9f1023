import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { exitCodes } from "../../src/process/exit-codes.js";

describe("README's table of exit codes", () => {
  it("has every exit code, and no other", async () => {
    const page = await readFile(new URL("../../../../README.md", import.meta.url), "utf8");
    const table = page.slice(page.indexOf("| exit code |"));
    const codes = [...table.slice(0, table.indexOf("\n\n")).matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
    expect(codes).to.deep.equal(Object.values(exitCodes));
  });
});
