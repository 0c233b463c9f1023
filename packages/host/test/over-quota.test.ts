import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HpcnbError } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import { createLocalHost } from "../src/local/host.js";
import { writeFilesThrough } from "../src/ssh/files.js";
import { failing, needFailingCalls } from "./failing-call.js";

const overQuota = failing("fsync", "EDQUOT");
const { run } = createLocalHost();

describe("files beyond a quota", () => {
  let directory: string;

  before(needFailingCalls);
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hpcnb-quota-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("are named on this machine, with the quota and what to do, and nothing is left of them", async () => {
    const path = join(directory, "a");
    const program = `
      import { createLocalHost } from "@hpcnb/host";
      await createLocalHost().writeFiles([{ path: ${JSON.stringify(path)}, text: "x" }]).catch(
        ({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })));`;
    const node = [process.execPath, ...process.execArgv, "--input-type=module", "-e", program];
    const { stdout } = await run([...overQuota, ...node], { cwd: fileURLToPath(new URL("..", import.meta.url)) });
    expectClear(JSON.parse(stdout), path);
  });

  it("are named on another, with the quota and what to do, and nothing is left of them", async () => {
    const path = join(directory, "a");
    const writing = writeFilesThrough((argv, options) => run([...overQuota, ...argv], options), [{ path, text: "x" }]);
    expectClear(await expectFailure(writing, "HPCNB_COMMAND_FAILED"), path);
  });

  function expectClear(error: Pick<HpcnbError, "code" | "message" | "hint">, path: string): void {
    expect(error.code).to.equal("HPCNB_COMMAND_FAILED");
    expect(error.message).to.equal(`${path} cannot be written: Disk quota exceeded.`);
    expect(error.hint).to.include("quota -s");
    expect(readdirSync(directory)).to.deep.equal([]);
  }
});
