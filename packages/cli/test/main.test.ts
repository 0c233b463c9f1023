import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { startFromSource } from "../../../test/support/from-source.js";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

describe("hpcnb as a program", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-main-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (...words: string[]) =>
    startFromSource([main, ...words], {
      env: { ...process.env, XDG_STATE_HOME: join(folder, "state") },
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    });

  it("ends without a word when nobody reads on", async () => {
    const { child, ended } = start("schema");
    child.stdout.destroy();
    expect(await ended).to.include({ exitCode: 0, stderr: "" });
  });

  it("warns of a variable that looks like a secret, by its name alone", async () => {
    const file = join(folder, "session.yaml");
    const environment = "{ variables: [HOME, MY_TOKEN] }";
    writeFileSync(file, `name: a\nscheduler: local\nnotebook: { directory: ${folder}, environment: ${environment} }\n`);
    const { exitCode, stderr } = await start("validate", file).ended;
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.match(/^Warning: MY_TOKEN in notebook\.environment\.variables looks like a secret\./);
    expect(stderr.split("Warning")).to.have.length(2);
  });
});
