import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCodes } from "@hpcnb/core";
import { expect } from "chai";
import { root } from "./repository.js";

describe("docs/errors.md", () => {
  it("explains every error code, once, and no other, in the order of errors.ts", async () => {
    const text = await readFile(join(root, "docs/errors.md"), "utf8");
    const explained = [...text.matchAll(/^## (\S+)\n\n(?=\w)/gm)].map(([, code]) => code);
    expect(explained).to.deep.equal([...errorCodes]);
  });
});
