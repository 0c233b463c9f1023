import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

/** Fails only where nobody has left a file beside it. */
const failsOnce = `
import { existsSync, writeFileSync } from "node:fs";
const seen = import.meta.filename + ".seen";
const isSeen = existsSync(seen);
writeFileSync(seen, "");
it("fails once", () => { if (!isSeen) throw new Error("for the first time"); });`;
const fails = 'it("fails always", () => { throw new Error("as before"); });';
const dies = 'it("dies", () => process.exit(3));';
const passes = 'it("passes", () => {}); it.skip("is skipped");';

describe("the lanes of all tests", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hpcnb-lanes-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a lane for each list of test files. Resolves to the exit code and what was printed. */
  async function run(...lanes: string[][]) {
    const files = lanes.map((texts, lane) =>
      texts.map((_text, at) => join(folder, `${lanes.length}-${lane}-${at}.mjs`)),
    );
    await Promise.all(
      files.flatMap((names, lane) => names.map((name, at) => writeFile(name, lanes[lane]?.[at] ?? ""))),
    );
    const words = JSON.stringify(files.map((names, at) => ({ name: `lane ${at}`, words: ["--no-config", ...names] })));
    const program = `import { runLanes } from "./scripts/lib/lanes.mjs"; process.exit(await runLanes(${words}, {}))`;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    return { status, stdout };
  }

  it("passes with a test that failed once, and tells it", async () => {
    const { status, stdout } = await run([failsOnce, passes], [passes]);
    expect(stdout).to.contain("for the first time");
    expect(stdout).to.match(/ {2}flaky: fails once\n2 passed, 0 failed, 2 skipped\n$/);
    expect(status).to.equal(0);
  });

  it("fails with a test that fails again", async () => {
    const { status, stdout } = await run([fails], [failsOnce], [passes]);
    expect(stdout).to.match(/ {2}failed: fails always\n {2}failed: fails once\n1 passed, 2 failed, 1 skipped\n$/);
    expect(status).to.equal(1);
  });

  it("fails with a test that is skipped the second time", async () => {
    const skipsAfterwards = failsOnce.replace(
      'it("fails once", () => {',
      'it("fails once", function () { if (isSeen) this.skip();',
    );
    const { status, stdout } = await run([skipsAfterwards], [passes], [passes], [passes], [passes]);
    expect(stdout).to.match(/ {2}failed: fails once\n4 passed, 1 failed, 4 skipped\n$/);
    expect(status).to.equal(1);
  });

  it("tries nothing again where many files fail", async () => {
    const { status, stdout } = await run([failsOnce, failsOnce, failsOnce, failsOnce]);
    expect(stdout).to.match(/\n0 passed, 4 failed, 0 skipped\n$/);
    expect(status).to.equal(1);
  });

  it("fails with a lane that dies", async () => {
    const { status, stdout } = await run([dies], [passes], [passes], [passes]);
    expect(stdout).to.contain("failed: The process of the lane 0 ended before its last test (exit code 3).");
    expect(status).to.equal(1);
  });
});
