import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSessionText } from "@hpcnb/core/session-file";
import { expect } from "chai";
import { root, trackedFiles } from "./repository.js";

/**
 * What people copy from a page must be right. A block of YAML with `notebook:` is a session file.
 */
describe("Session files on pages for people", () => {
  it("have no problem", async () => {
    const examples = (await trackedFiles("*.md")).flatMap(sessionFiles);
    expect(examples.length).to.be.greaterThan(8);
    for (const { text, place } of examples) {
      const { problems } = await readSessionText(text, join(root, place));
      expect(problems, `${place}\n${text}`).to.deep.equal([]);
    }
  });
});

function sessionFiles(page: string) {
  const blocks = readFileSync(join(root, page), "utf8").matchAll(/^```yaml\n(.*?)^```/gms);
  return [...blocks].map(([, text = ""]) => ({ text, place: page })).filter(({ text }) => /^notebook:/m.test(text));
}
