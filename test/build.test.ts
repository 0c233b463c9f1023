import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root, runCommand } from "./repository/repository.js";

/** Every file of the built program, with what changes when it is written again. */
function filesOfProgram(): string[] {
  return ["dist", "docs", "python"]
    .flatMap((folder) => {
      const directory = join(root, "packages/cli", folder);
      return readdirSync(directory, { recursive: true }).map((name) => join(directory, String(name)));
    })
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path} ${statSync(path).ino} ${statSync(path).mtimeMs}`);
}

describe("A build of what is built already", () => {
  it("touches no file of the program, which may be in use", async () => {
    const before = filesOfProgram();
    expect(before).not.to.deep.equal([]);
    const { exitCode, output } = await runCommand(root, process.execPath, ["scripts/after-build.mjs"]);
    expect(exitCode, output).to.equal(0);
    expect(filesOfProgram()).to.deep.equal(before);
  });
});
