import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

describe("The built program", () => {
  it("starts with few files, and without what Node needs for modules and cryptography", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hpcnb-build-"));
    try {
      const look = join(folder, "look.cjs");
      const list = "JSON.stringify({ files: Object.keys(require.cache), builtIns: process.moduleLoadList })";
      writeFileSync(look, `process.on("exit", () => process.stdout.write(${list} + "\\n"));`);
      const validate = ["packages/cli/bin/hpcnb.js", "validate", "examples/quickstart/session.yaml"];
      const { exitCode, output } = await runCommand(root, process.execPath, ["--require", look, ...validate]);
      expect(exitCode, output).to.equal(0);
      const { files, builtIns } = JSON.parse(output.split("\n")[0] ?? "") as Record<string, string[]>;
      expect(files?.filter((file) => file.includes("/packages/cli/"))).to.have.length.within(2, 9);
      expect(builtIns).to.include("NativeModule fs");
      expect(builtIns?.filter((name) => /^NativeModule (assert|crypto|.*esm.translators)$/.test(name))).to.deep.equal(
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
