import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

describe("hpcnb as a program", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hpcnb-main-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (program: string[]) =>
    spawn(process.execPath, [...process.execArgv, ...program], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, XDG_STATE_HOME: join(folder, "state") },
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    });
  const textOf = (stream: NodeJS.ReadableStream) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    return () => text;
  };

  it("ends without a word when nobody reads on", async () => {
    const child = start([main, "schema"]);
    child.stdout.destroy();
    const said = textOf(child.stderr);
    expect(await once(child, "close")).to.deep.equal([0, null]);
    expect(said()).to.equal("");
  });

  it("warns of a variable that looks like a secret, by its name alone", async () => {
    const file = join(folder, "session.yaml");
    const environment = "{ variables: [HOME, MY_TOKEN] }";
    writeFileSync(file, `name: a\nscheduler: local\nnotebook: { directory: ${folder}, environment: ${environment} }\n`);
    const child = start([main, "validate", file]);
    const said = textOf(child.stderr);
    expect((await once(child, "close"))[0], said()).to.equal(0);
    expect(said()).to.match(/^Warning: MY_TOKEN in notebook\.environment\.variables looks like a secret\./);
    expect(said().split("Warning")).to.have.length(2);
  });
});
