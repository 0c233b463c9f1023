import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root, runCommand, runProgram } from "./repository.js";

describe("The repository", () => {
  it("follows the formatter and the linter", async () => {
    const { exitCode, output } = await runProgram(root, "biome", ["check", "--max-diagnostics=50", "."]);
    expect(exitCode, output).to.equal(0);
  });

  it("has no unused file, export or dependency", async () => {
    const { exitCode, output } = await runProgram(root, "knip", ["--no-config-hints", "--no-progress"]);
    expect(exitCode, output).to.equal(0);
  });

  it("follows the formatter and the linter in Python", async function () {
    const ruff = join(process.env.HPCNB_TEST_VENV_NOTEBOOK6 ?? "", "bin/ruff");
    if (!existsSync(ruff)) {
      if (this.test) this.test.title += " (set HPCNB_TEST_VENV_NOTEBOOK6 to an environment that has ruff)";
      return this.skip();
    }
    for (const args of [
      ["check", "--quiet", "."],
      ["format", "--check", "--quiet", "."],
    ]) {
      const { exitCode, output } = await runCommand(root, ruff, args);
      expect(exitCode, output).to.equal(0);
    }
  });
});
