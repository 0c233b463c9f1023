import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { notInherited, notInheritedPrefixes } from "../src/launch/environment.js";
import { filesInNotebookDirectory, variables } from "./helpers/hostile.js";

const root = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("docs/environment.md", root), "utf8");

/** Cells of each row, without the tables' headers. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\| (-+|input) /.test(line))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** Names in the first cells, such as `JUPYTERHUB_*`. */
const listed = rows.flatMap(([input = ""]) => [...input.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));

function isListed(name: string): boolean {
  return listed.some((word) => word === name || (word.endsWith("*") && name.startsWith(word.slice(0, -1))));
}

describe("docs/environment.md", () => {
  it("has rows of three cells, each with a test that exists", () => {
    expect(rows.length).to.be.greaterThan(20);
    for (const row of rows) {
      expect(row, row[0]).to.have.length(3);
      const tests = row[2]?.match(/[\w./-]+\.(test\.ts|py)\b/g) ?? [];
      expect(tests, `the test of: ${row[0]}`).to.not.deep.equal([]);
      for (const test of tests) expect(existsSync(fileURLToPath(new URL(test, root))), test).to.equal(true);
    }
  });

  it("names each variable that is removed, and each that the hostile session has", () => {
    const names = [...notInherited, ...notInheritedPrefixes.map((prefix) => `${prefix}*`)];
    for (const name of [...names, ...Object.keys(variables("/users"))]) expect(isListed(name), name).to.equal(true);
  });

  it("names each file that lies in the hostile session's notebook directory", () => {
    for (const name of Object.keys(filesInNotebookDirectory)) expect(isListed(name), name).to.equal(true);
  });
});
