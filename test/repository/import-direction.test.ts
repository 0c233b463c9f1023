import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { root, runProgram } from "./repository.js";

const direction = "noRestrictedImports";
const cycle = "noImportCycles";

/** An import in a file, and the rule that must refuse it. */
const cases: [file: string, source: string, refusedBy?: string][] = [
  ["packages/core/src/a.ts", 'export * from "@hpcnb/tunnel";', direction],
  ["packages/core/src/b.ts", 'export const b = await import("@hpcnb/jupyter");', direction],
  ["packages/core/src/c.ts", 'export type { C } from "../../tunnel/src/index.js";', direction],
  ["packages/core/src/d.ts", 'import "reflect-metadata";', direction],
  ["packages/core/src/e.ts", 'export * from "./errors.js";'],
  ["packages/core/src/one.ts", 'export { two } from "./two.js";', cycle],
  ["packages/core/src/two.ts", 'export { one } from "./one.js";', cycle],
  ["packages/core/test/a.test.ts", 'export * from "../../tunnel/src/index.js";', direction],
  ["packages/core/test/b.test.ts", 'export * from "../src/index.js";'],
  ["packages/core/test/deep/down/c.test.ts", 'export * from "../../../src/index.js";'],
  ["packages/core/test/deep/down/d.test.ts", 'export * from "../../../../tunnel/src/index.js";', direction],
  ["packages/tunnel/src/a.ts", 'export * from "@hpcnb/jupyter";', direction],
  ["packages/tunnel/src/b.ts", 'export * from "@hpcnb/core/testing";', direction],
  ["packages/tunnel/src/c.ts", 'export * from "@hpcnb/core";'],
  ["packages/tunnel/src/d.ts", 'export * from "@hpcnb/host";\nexport { d } from "@hpcnb/host/ssh";'],
  ["packages/tunnel/src/keeper/a.ts", 'export * from "@hpcnb/host/ssh";', direction],
  ["packages/tunnel/src/keeper/b.ts", 'export * from "../ssh/way.js";', direction],
  ["packages/tunnel/src/keeper/c.ts", 'export * from "@hpcnb/host";'],
  ["packages/tunnel/test/a.test.ts", 'export * from "@hpcnb/core/testing";'],
  ["packages/host/src/a.ts", 'export * from "@hpcnb/tunnel";', direction],
  ["packages/host/src/b.ts", 'export * from "@hpcnb/core";'],
  ["packages/host/src/ssh/c.ts", 'export * from "../local/run.js";'],
  [
    "packages/jupyter/src/doors.ts",
    'export * from "@hpcnb/core/session";\nexport { d } from "@hpcnb/core/session-file";',
  ],
  ["packages/jupyter/src/a.ts", 'export * from "@hpcnb/tunnel";', direction],
  ["packages/jupyter/src/launch/a.ts", 'export * from "../app/rest.js";', direction],
  ["packages/jupyter/src/launch/b.ts", 'export * from "../ipyparallel/plan.js";', direction],
  ["packages/jupyter/src/launch/c.ts", 'export * from "@hpcnb/tunnel";', direction],
  ["packages/jupyter/src/app/a.ts", 'export * from "../ipyparallel/plan.js";', direction],
  ["packages/jupyter/src/app/b.ts", 'export * from "../launch/layout.js";'],
  ["packages/jupyter/src/ipyparallel/a.ts", 'export * from "../app/rest.js";', direction],
  ["packages/jupyter/src/ipyparallel/b.ts", 'export * from "../launch/layout.js";'],
  ["packages/adapter-any/src/a.ts", 'export * from "@hpcnb/adapter-local";', direction],
  ["packages/adapter-any/src/b.ts", 'export * from "hpcnb";', direction],
  ["packages/adapter-any/src/c.ts", 'export * from "tsyringe";', direction],
  ["packages/adapter-any/src/d.ts", 'export * from "@hpcnb/core";'],
  ["packages/adapter-any/src/e.ts", 'export * from "@hpcnb/core/session";', direction],
  ["packages/adapter-any/src/f.ts", 'export * from "@hpcnb/core/session-file";', direction],
  ["packages/cli/src/a.ts", 'export * from "@hpcnb/adapter-local";', direction],
  ["packages/cli/src/b.ts", 'export const b = await import("@hpcnb/adapter-sge");', direction],
  ["packages/cli/src/c.ts", 'export * from "tsyringe";', direction],
  ["packages/cli/src/d.ts", 'import "reflect-metadata";', direction],
  ["packages/cli/src/e.ts", 'export * from "@hpcnb/core";\nexport { f } from "@hpcnb/client";'],
  ["packages/cli/src/f.ts", 'export * from "@hpcnb/host";', direction],
  ["packages/cli/src/g.ts", 'export * from "@hpcnb/jupyter";', direction],
  ["packages/client/src/a.ts", 'export const a = await import("@hpcnb/adapter-sge");', direction],
  ["packages/client/src/b.ts", 'export * from "hpcnb";', direction],
  ["packages/client/src/c.ts", 'export * from "tsyringe";', direction],
  ["packages/client/src/d.ts", 'export * from "@hpcnb/core";\nexport { f } from "@hpcnb/jupyter";'],
  ["packages/client/src/e.ts", 'export * from "@hpcnb/host";\nexport { f } from "@hpcnb/tunnel";'],
  ["packages/cli/src/container.ts", 'import "reflect-metadata";\nexport * from "tsyringe";'],
  ["packages/cli/src/container/container.ts", 'import "reflect-metadata";', direction],
  ["test/fuzz/readers/a.ts", 'export * from "../../../packages/core/src/index.js";'],
  ["test/a.test.ts", 'export * from "../packages/core/src/index.js";', direction],
];

describe("The direction of imports", () => {
  let findings: Map<string, string[]>;

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), "hpcnb-imports-"));
    try {
      findings = await lint(directory);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  for (const [file, source, refusedBy] of cases) {
    it(`${refusedBy ? `refuses (${refusedBy})` : "allows"} in ${file}: ${source.replaceAll("\n", " ")}`, () => {
      const rules = (findings.get(file) ?? []).filter((rule) => rule === direction || rule === cycle);
      expect(rules).to.deep.equal(refusedBy ? [refusedBy] : []);
    });
  }
});

/** The rules that each file broke, under the repository's own configuration. */
async function lint(directory: string): Promise<Map<string, string[]>> {
  await copyFile(join(root, "biome.json"), join(directory, "biome.json"));
  for (const [file, source] of cases) {
    await mkdir(join(directory, dirname(file)), { recursive: true });
    await writeFile(join(directory, file), `${source}\n`);
  }
  const flags = ["--vcs-enabled=false", "--reporter=github", "--max-diagnostics=none"];
  const { output } = await runProgram(directory, "biome", ["lint", ...flags, "."]);
  const found = new Map<string, string[]>();
  for (const [, rule, path] of output.matchAll(/^::error title=lint\/\w+\/(\w+),file=([^,]+),/gm)) {
    const file = path?.slice(path.indexOf(`${directory}/`) + directory.length + 1) ?? "";
    found.set(file, [...(found.get(file) ?? []), rule ?? ""]);
  }
  return found;
}
