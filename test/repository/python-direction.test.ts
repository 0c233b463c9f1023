import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root, trackedFiles } from "./repository.js";

/** The packages of Python, and which of ours each may import besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  hpcnb_launch: [],
  hpcnb_app: ["hpcnb_launch", "hpcnb_relay"],
  hpcnb_ipyparallel: ["hpcnb_launch"],
  hpcnb_relay: ["hpcnb_launch"],
  hpcnb_launchers: ["hpcnb_launch"],
  hpcnb_programs: ["hpcnb_launch", "hpcnb_app", "hpcnb_ipyparallel"],
  hpcnb_local: [],
};

function wrongImports(path: string, source: string): string[] {
  const own = /\/python\/(\w+)\//.exec(path)?.[1] ?? "none";
  const may = [own, ...(allowed[own] ?? [])];
  const imported = [...source.matchAll(/^[ \t]*(?:from|import) (hpcnb_\w+)/gm)].map(([, name = ""]) => name);
  return imported.filter((name) => !may.includes(name));
}

describe("The direction of imports in Python", () => {
  const cases: [path: string, source: string, refused: string[]][] = [
    ["p/python/hpcnb_app/a.py", "from hpcnb_launch import log", []],
    ["p/python/hpcnb_app/a.py", "from hpcnb_app.b import c", []],
    ["p/python/hpcnb_app/a.py", "from hpcnb_ipyparallel.follow import Line", ["hpcnb_ipyparallel"]],
    ["p/python/hpcnb_ipyparallel/a.py", "def f():\n    import hpcnb_app.notebook", ["hpcnb_app"]],
    ["p/python/hpcnb_launch/a.py", "from hpcnb_app import notebook", ["hpcnb_app"]],
    ["p/python/read.py", "from hpcnb_launch import log", ["hpcnb_launch"]],
  ];
  for (const [path, source, refused] of cases) {
    it(`${refused.length > 0 ? "refuses" : "allows"} in ${path}: ${source.replace(/\s+/g, " ")}`, () => {
      expect(wrongImports(path, source)).to.deep.equal(refused);
    });
  }

  it("is kept", async () => {
    const tracked = await trackedFiles("packages/*/python/*.py");
    const paths = tracked.filter((path) => /^packages\/[^/]+\/python\//.test(path));
    expect(paths).to.include("packages/jupyter/python/hpcnb_app/notebook.py");
    const wrong = paths.map(async (path) => {
      // The text of a configuration for others, which run beside kernels.
      if (path.endsWith("/offer_clusters.py")) return [];
      return wrongImports(path, await readFile(join(root, path), "utf8")).map((name) => `${path}: ${name}`);
    });
    expect((await Promise.all(wrong)).flat()).to.deep.equal([]);
  });
});
