import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root, runProgram, trackedFiles } from "./repository/repository.js";

/** `npm run docs`. */
describe("The docs as a site", function () {
  this.timeout(600_000);
  let folder: string;

  before(() => {
    mkdirSync(join(root, "test-results"), { recursive: true });
    // Inside the clone: the site's configuration imports VitePress from its node_modules.
    folder = mkdtempSync(join(root, "test-results/docs-"));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const build = (docs: string, ...more: string[]) => runProgram(root, "vitepress", ["build", docs, ...more]);

  it("has every page", async () => {
    const site = join(folder, "site");
    const { exitCode, output } = await build("docs", "--outDir", site);
    expect(exitCode, output).to.equal(0);
    const pages = (await trackedFiles("docs/*.md")).map((path) =>
      path.replace(/^docs\//, "").replace(/(README)?\.md$/, (_, readme) => (readme ? "index.html" : ".html")),
    );
    expect(pages.filter((page) => !existsSync(join(site, page)))).to.deep.equal([]);
    expect(readFileSync(join(site, "session-file.html"), "utf8")).to.include("notebook.directory");
  });

  it("is not built with a link that leads nowhere", async () => {
    const docs = join(folder, "docs");
    cpSync(join(root, "docs/.vitepress/config.mjs"), join(docs, ".vitepress/config.mjs"));
    writeFileSync(join(docs, "index.md"), "# One page\n\n[another](another.md)\n");
    const { exitCode, output } = await build(docs);
    expect(exitCode, output).not.to.equal(0);
    expect(output).to.include("another");
  });
});
