import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { transform } from "esbuild";
import { createProject, type Project } from "./support/project.js";

const page = new URL("../docs/embedding.md", import.meta.url);
const client = fileURLToPath(new URL("../packages/client", import.meta.url));

/** The built packages, as another program imports them. */
describe("the program in docs/embedding.md", function () {
  this.timeout(300_000);
  let project: Project;

  before(function () {
    const created = createProject("embedded");
    if (!created) this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    project = created;
  });
  after(() => project?.remove());

  it("brings a session up, says how it stands, and prints its URL", async () => {
    const [, program = ""] = /^```ts\n(.*?)^```/ms.exec(readFileSync(page, "utf8")) ?? [];
    const { code } = await transform(program, { loader: "ts", format: "esm" });
    const child = spawn(process.execPath, ["--input-type=module", "-", join(project.directory, "session.yaml")], {
      cwd: client,
      env: { ...process.env, ...project.env, NODE_OPTIONS: "" },
    });
    child.stdin.end(code);
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(/^http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{48}\n$/);
    expect(stderr.trim().split("\n").at(-1)).to.equal("up");
  });
});
