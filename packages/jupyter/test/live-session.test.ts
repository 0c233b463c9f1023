import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Endpoint } from "@hpcnb/core";
import type { NotebookReport } from "@hpcnb/core/session";
import { makeCluster, makeSession } from "@hpcnb/core/testing";
import { expect } from "chai";
import { venvFrom } from "./helpers/environments.js";
import { Jobs } from "./helpers/jobs.js";
import { processesWith } from "./helpers/processes.js";
import { ask, saveNotebook } from "./helpers/server.js";
import { makeContext } from "./helpers/session.js";

const run = promisify(execFile);

/**
 * All three jobs as plain processes: what must be true of them is asked in order, and the last one
 * ends them.
 */
describe("a session's jobs, really run", () => {
  let venv: string;
  let jobs: Jobs;
  let notebook: Extract<NotebookReport, { state: "answering" }>;
  let endpoint: Endpoint;
  const usersScript = "print('mine')\n";

  before(async function () {
    venv = venvFrom("HPCNB_TEST_VENV", this);
    const cluster = makeCluster(2);
    jobs = new Jobs(makeSession({ cluster, notebook: { environment: { venv }, saveScript: true } }));
    const { directory } = jobs.context;
    // Names that would break the programs if they imported from where they run.
    for (const name of ["json.py", "tornado.py", "zmq.py"])
      writeFileSync(join(directory, name), "raise SystemExit(7)\n");
    writeFileSync(join(directory, "mine.py"), usersScript);
    const users = join(jobs.home, ".ipython/profile_default/startup");
    mkdirSync(users, { recursive: true });
    writeFileSync(join(users, "a.py"), "mine = 'from my start-up file'\n");
    mkdirSync(join(jobs.home, ".jupyter"));
    writeFileSync(
      join(jobs.home, ".jupyter/jupyter_server_config.py"),
      `c.ServerApp.port = 9999
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.base_url = "/elsewhere"
c.IdentityProvider.token = "users"
def hook(os_path, model, contents_manager, **more):
    if model["type"] == "notebook":
        open(os_path + ".hooked", "w").close()
c.FileContentsManager.post_save_hook = hook
`,
    );
    jobs.start();
  });
  after(() => jobs?.dispose());

  const { token } = makeContext().run;
  const python = (code: string, env: NodeJS.ProcessEnv = {}) =>
    run(join(venv, "bin/python"), ["-c", code], { cwd: jobs.root, env: { ...jobs.environment(), ...env } });

  it("say where the notebook server answers", async () => {
    const reports = await jobs.until(({ notebook }) => notebook.state === "answering");
    notebook = reports.notebook as typeof notebook;
    endpoint = notebook.endpoint;
    expect(notebook.server).to.match(/^JupyterLab \d/);
    // That nothing waits for what is there already is shown without a real clock, in
    // python/test_jobs.py.
    expect(notebook.storageSeconds).to.be.within(0, jobs.context.readiness.seconds);
    expect(endpoint.kind).to.equal("socket");
    const path = (endpoint as Extract<Endpoint, { kind: "socket" }>).path;
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(join(path, "..")).mode & 0o777).to.equal(0o700);
  });

  it("let in whoever has the token, and nobody else", async () => {
    expect((await ask(endpoint, "/api/status", { token })).status).to.equal(200);
    expect((await ask(endpoint, "/api/status")).status).to.equal(403);
    expect((await ask(endpoint, "/api/status", { token: "users" })).status).to.equal(403);
    expect((await ask(endpoint, `/lab?token=${token}`)).status).to.equal(200);
  });

  it("register the engines under their task numbers", async () => {
    const reports = await jobs.until(({ engines }) => engines.size === 2);
    expect([...reports.engines]).to.deep.equal([
      [1, "registered"],
      [2, "registered"],
    ]);
    expect(reports.controller.state).to.equal("answering");
  });

  it("let a kernel find the engines by the session's name, and give them the user's start-up files", async () => {
    const code = `
import ipyparallel, os, json
client = ipyparallel.Client(profile="rnaseq")
view = client[:]
print(json.dumps({
    "ids": client.ids,
    "directory": view.apply_sync(os.getcwd),
    "pids": len(set(view.apply_sync(os.getpid))),
    "mine": view.pull("mine", block=True),
    "file": __import__("IPython").paths.locate_profile("default"),
}))`;
    const { directory } = jobs.context;
    const { stdout } = await python(code, { IPYTHONDIR: join(directory, ".hpcnb/ipython") });
    const mine = "from my start-up file";
    expect(JSON.parse(stdout)).to.deep.equal({
      ids: [0, 1],
      directory: [directory, directory],
      pids: 2,
      mine: [mine, mine],
      file: join(directory, ".hpcnb/ipython/profile_default"),
    });
  });

  it("give a real kernel that IPYTHONDIR", async () => {
    const { status, body } = await ask(endpoint, "/api/kernels", { token, method: "POST", body: { name: "python3" } });
    expect(status, body).to.equal(201);
    const overlay = join(jobs.context.directory, ".hpcnb/ipython");
    const kernels = processesWith(`IPYTHONDIR=${overlay} `).filter(({ command }) => command.includes("ipykernel"));
    expect(kernels.length).to.be.greaterThan(0);
  });

  it("keep a notebook's script, with the user's own hook", async () => {
    const { directory } = jobs.context;
    expect((await saveNotebook(endpoint, token, "ä b.ipynb", "x = 1")).status).to.equal(201);
    const script = readFileSync(join(directory, "ä b.py"), "utf8");
    expect(script.split("\n")[0]).to.match(/^# Kept by hpcnb from ä b\.ipynb/);
    expect(script).to.include("x = 1");
    expect((await saveNotebook(endpoint, token, "ä b.ipynb", "x = 2")).status).to.equal(200);
    expect(readFileSync(join(directory, "ä b.py"), "utf8"))
      .to.include("x = 2")
      .and.not.include("x = 1");
    expect(existsSync(join(directory, "ä b.ipynb.hooked"))).to.equal(true);
  });

  it("do not touch a script that the user wrote", async () => {
    for (const code of ["x = 1", "x = 2"])
      expect((await saveNotebook(endpoint, token, "mine.ipynb", code)).status).to.be.lessThan(300);
    expect(readFileSync(join(jobs.context.directory, "mine.py"), "utf8")).to.equal(usersScript);
    expect(jobs.logs()["notebook.log"]?.split("mine.py was not made by hpcnb")).to.have.length(2);
  });

  it("show no secret in arguments, environments and logs", function () {
    if (process.platform !== "linux") this.skip();
    const { client } = jobs.records()[1] as unknown as { client: Record<string, string> };
    // Encrypted within one host too: without this key, its other users hear nothing.
    expect(client).to.include({ interface: "tcp://127.0.0.1", key: "" });
    expect(client.curve_serverkey).to.be.a("string").with.length(40);
    for (const secret of [token, client.curve_serverkey ?? ""]) {
      expect(processesWith(secret)).to.deep.equal([]);
      for (const [name, log] of Object.entries(jobs.logs())) expect(log, name).to.not.include(secret);
    }
  });

  it("leave nothing behind when they are told to end", async function () {
    await jobs.stop();
    for (const name of ["notebook", "controller", "engines 1", "engines 2"])
      expect(await jobs.ended(name), `${name}\n${jobs.story(await jobs.until(() => true))}`).to.equal(0);
    expect(jobs.records().map((record) => record?.state)).to.deep.equal(["ended", "ended", "ended"]);
    expect(readdirSync(jobs.temporary)).to.deep.equal([]);
    if (process.platform !== "linux") this.skip();
    // The nanny of an engine ends a moment after it.
    const deadline = performance.now() + 60_000;
    while (processesWith(jobs.root).length > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(processesWith(jobs.root)).to.deep.equal([]);
  });
});
