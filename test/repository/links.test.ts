import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { expect } from "chai";
import { root, trackedFiles } from "./repository.js";

/** Pages are read on a forge, too, where nothing checks links. Paths start at the root. */
describe("Pages for people", () => {
  let pages: string[];

  before(async () => {
    pages = (await trackedFiles("*.md")).filter((path) => existsSync(join(root, path)));
  });

  it("link to files and headings that exist", () => {
    expect(pages.flatMap(brokenLinks)).to.deep.equal([]);
  });

  it("name files of the repository that exist", () => {
    expect(pages.flatMap(missingFiles)).to.deep.equal([]);
  });

  it("have pictures of at most 200 kB", async () => {
    const pictures = await trackedFiles("docs/pictures");
    expect(pictures).not.to.be.empty;
    expect(pictures.filter((path) => statSync(join(root, path)).size > 200_000)).to.deep.equal([]);
  });

  it("lie in docs/ only if the site's side bar or the list of decisions leads to them", () => {
    const sideBar = readFileSync(join(root, "docs/.vitepress/config.mjs"), "utf8");
    const decisions = readFileSync(join(root, "docs/decisions/README.md"), "utf8");
    const isListed = (page: string) =>
      dirname(page) === "docs/decisions"
        ? basename(page) === "README.md" || decisions.includes(`](${basename(page)})`)
        : sideBar.includes(`"/${relative("docs", page).replace(/(index)?\.md$/, "")}"`);
    expect(pages.filter((page) => page.startsWith("docs/") && !isListed(page))).to.deep.equal([]);
  });
});

function brokenLinks(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8").replace(/^```.*?^```/gms, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(([, link, source]) => link ?? source ?? "");
  return links
    .filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))
    .map((link) => `${page}: ${link}`);
}

/** Paths as in a table of tests. A folder counts, too; a part in capitals stands for any name. */
function missingFiles(page: string): string[] {
  const paths = readFileSync(join(root, page), "utf8").matchAll(
    /(?<![\w/.@-])(?:packages|test|scripts|bench)\/[\w./-]*\w/g,
  );
  return [...paths]
    .map(([path]) => path)
    .filter((path) => !/[A-Z]{2}/.test(path) && !existsSync(join(root, path)))
    .map((path) => `${page}: ${path}`);
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || (statSync(target).isFile() && anchors(target).includes(anchor));
}

/** As forges and VitePress make them of headings, as far as ours have such letters. */
function anchors(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
