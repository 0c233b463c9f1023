import { readdirSync, readFileSync, statSync } from "node:fs";
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
  const directory = join(root, "packages/cli/dist");

  /** What a file imports before it runs, from a root of the import graph. */
  function importedBy(name: string, seen = new Set<string>()): Set<string> {
    if (seen.has(name)) return seen;
    seen.add(name);
    if (!name.startsWith("./")) return seen;
    const text = readFileSync(join(directory, name), "utf8");
    for (const [, imported = ""] of text.matchAll(/\b(?:from|import)"([^"]+)"/g)) importedBy(imported, seen);
    return seen;
  }

  it("reads few modules before a command that meets no host, and none that the command does not call", () => {
    const main = readFileSync(join(directory, "main.js"), "utf8");
    const [, validate = ""] = main.match(/import\("(\.\/chunk-\w+\.js)"\)\)\.validate\(/) ?? [];
    const imported = [...importedBy(validate, importedBy("./main.js"))];
    expect(imported.filter((name) => name.startsWith("./"))).to.have.length(4);
    expect(imported.filter((name) => /^(node:)?(assert|crypto|util)$/.test(name))).to.deep.equal([]);
  });
});
