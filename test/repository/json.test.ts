import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sessionWords } from "@hpcnb/core";
import { expect } from "chai";
import { root } from "./repository.js";

describe("docs/json.md", () => {
  it("explains every state", async () => {
    const text = await readFile(join(root, "docs/json.md"), "utf8");
    const explained = [...text.matchAll(/^\| `([a-z ]+)` +\|/gm)].map(([, word]) => word);
    for (const word of sessionWords) expect(explained).to.include(word);
  });
});
