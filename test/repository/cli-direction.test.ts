import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect } from "chai";
import { root, trackedFiles } from "./repository.js";

/** The parts of the command line. Each may import itself and those before it. */
const parts = [
  "process",
  "printing",
  "help",
  "completion",
  "report",
  "host-of.ts",
  "container.ts",
  "keeper-main.ts",
  "opening",
  "doctor",
  "init",
  "new-adapter",
  "commands",
  "commands.ts",
  "main.ts",
];
const sources = "packages/cli/src";

const partOf = (path: string): number => parts.indexOf(relative(sources, path).split("/")[0] ?? "");

function wrongImports(path: string, source: string): string[] {
  const imported = [...source.matchAll(/(?:from|import\(?) ?"(\.[^"]+)\.js"/g)].map(([, name = ""]) => name);
  return imported.filter((name) => {
    const part = partOf(`${join(dirname(path), name)}.ts`);
    return part < 0 || part > partOf(path);
  });
}

describe("The direction of imports in the command line", () => {
  const cases: [path: string, source: string, refused: string[]][] = [
    ["report/a.ts", 'import { tell } from "../printing/print.js";', []],
    ["report/a.ts", 'import type { A } from "./b.js";', []],
    ["printing/a.ts", 'import { a } from "../report/b.js";', ["../report/b"]],
    ["report/a.ts", 'const a = await import("../commands/up.js");', ["../commands/up"]],
    ["report/a.ts", 'export * from "../main.js";', ["../main"]],
    ["main.ts", 'import { a } from "./unknown/a.js";', ["./unknown/a"]],
  ];
  for (const [path, source, refused] of cases) {
    it(`${refused.length > 0 ? "refuses" : "allows"} in ${path}: ${source}`, () => {
      expect(wrongImports(join(sources, path), source)).to.deep.equal(refused);
    });
  }

  it("is kept, and every file has its part", async () => {
    const paths = await trackedFiles(`${sources}/*.ts`);
    expect(paths).to.include(`${sources}/main.ts`);
    expect(paths.filter((path) => partOf(path) < 0)).to.deep.equal([]);
    const wrong = paths.map(async (path) =>
      wrongImports(path, await readFile(join(root, path), "utf8")).map((name) => `${path}: ${name}`),
    );
    expect((await Promise.all(wrong)).flat()).to.deep.equal([]);
  });
});
