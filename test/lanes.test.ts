import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root, runCommand } from "./repository/repository.js";

describe("Lanes of tests", function () {
  this.timeout(120_000);
  const lanes = {
    good: 'it("works", () => {}); it.skip("cannot run here", () => {});',
    bad: 'it("works", () => {}); it("fails", () => { throw new Error("a reason"); });',
    crashing:
      'it("fails", () => { throw new Error("another reason"); }); it("dies", () => process.kill(process.pid, 9));',
    open: 'it("works", (done) => { createServer().listen(0, "127.0.0.1", done); });',
  };
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-lanes-"));
    for (const [name, tests] of Object.entries(lanes)) {
      const text = `import { createServer } from "node:net";\ndescribe("${name} suite", () => { ${tests} });\n`;
      writeFileSync(join(folder, `${name}.mjs`), text);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const runLanes = (...names: (keyof typeof lanes)[]) => {
    const all = names.map((name) => ({ name, words: [join(folder, `${name}.mjs`)] }));
    const program = `import { runLanes } from "./scripts/lib/lanes.mjs";
      process.exitCode = await runLanes(${JSON.stringify(all)}, {});`;
    return runCommand(root, process.execPath, ["--input-type=module", "-e", program]);
  };

  it("succeed together", async () => {
    const { exitCode, output } = await runLanes("good", "good");
    expect(exitCode, output).to.equal(0);
    expect(output).to.match(/^ {2}good suite: 1 passed \(\d+\.\d s\)$/m);
    expect(output).to.match(/\n2 passed, 0 failed, 2 skipped\n$/);
  });

  it("fail together, and tell each failure, a lane that crashed, and the file that left something open", async () => {
    const { exitCode, output } = await runLanes("good", "bad", "crashing", "open");
    expect(exitCode).not.to.equal(0);
    expect(output).to.include("Error: a reason").and.include("Error: another reason");
    expect(output).to.match(/The process of the crashing ended before its last test/);
    expect(output).to.match(/Server at port \d+, since .*\/open\.mjs\n/);
    expect(output).to.match(/\n3 passed, 4 failed, 1 skipped\n$/);
  });
});
