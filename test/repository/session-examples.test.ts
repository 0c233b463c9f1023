import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noSites, readSessionText, readSiteText } from "@hpcnb/core/session-file";
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

describe("Files of sites on pages for people, and in examples", () => {
  it("have no problem", async () => {
    const onPages = (await trackedFiles("*.md")).flatMap(yamlBlocks).filter(({ text }) => text.includes("site.schema"));
    const files = (await trackedFiles("examples/sites/*.yaml")).map((place) => ({
      place,
      text: readFileSync(join(root, place), "utf8"),
    }));
    expect([onPages.length, files.length]).to.deep.equal([1, 3]);
    for (const { text, place } of [...onPages, ...files]) {
      const sites = { ...noSites, files: [{ name: "a", file: place }], read: () => readSiteText(text, place) };
      const session = "site: a\nnotebook: { directory: /d }\ncluster: { engines: 1 }\n";
      expect((await readSessionText(session, "/d/session.yaml", sites)).problems, place).to.deep.equal([]);
    }
  });
});

function sessionFiles(page: string) {
  return yamlBlocks(page).filter(({ text }) => /^notebook:/m.test(text) && !text.includes("site.schema"));
}

function yamlBlocks(page: string) {
  const blocks = readFileSync(join(root, page), "utf8").matchAll(/^```yaml\n(.*?)^```/gms);
  return [...blocks].map(([, text = ""]) => ({ text, place: page }));
}
