import { expect } from "chai";
import { root, runProgram } from "./repository.js";

describe("The repository", () => {
  it("follows the formatter and the linter", async () => {
    const { exitCode, output } = await runProgram(root, "biome", ["check", "--max-diagnostics=50", "."]);
    expect(exitCode, output).to.equal(0);
  });

  it("has no unused file, export or dependency", async () => {
    const { exitCode, output } = await runProgram(root, "knip", ["--no-config-hints", "--no-progress"]);
    expect(exitCode, output).to.equal(0);
  });
});
