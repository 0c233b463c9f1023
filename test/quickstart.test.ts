import { readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { hpcnb } from "./support/cli.js";
import { Kernel } from "./support/kernel.js";
import { processesMentioning, socketsMentioning } from "./support/leftovers.js";
import { atOwnTerminal } from "./support/own-terminal.js";
import { createProject, type Project } from "./support/project.js";

/** The whole of it, on this machine: real JupyterLab, real ipyparallel, real processes. */
describe("quickstart, end to end", function () {
  this.timeout(300_000);
  let project: Project;
  let url: string;
  let socket: string;

  before(function () {
    const created = createProject("my quick 'start' ü");
    if (!created) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    project = created;
  });

  after(() => project?.remove());

  it("up prints nothing but the URL on stdout, and each step on stderr", async () => {
    const { stdout, stderr } = await project.ok("up");
    url = stdout.trim();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{48}$/);
    for (const step of ["jobs", "queue", "storage", "notebook", "tunnel", "engines: 4 of 4 registered"])
      expect(stderr).to.include(step);
    expect(stderr).not.to.include(new URL(url).searchParams.get("token"));
  });

  it("status tells the same from another terminal, without the token", async () => {
    const { stdout } = await project.ok("status", "--json");
    const status = JSON.parse(stdout);
    expect(status).to.include({ name: "quickstart", phase: "up", tunnel: "direct", directory: project.directory });
    const { startedAt, ...engines } = status.engines;
    expect(startedAt).to.match(/^\d{4}-\d\d-\d\dT/);
    expect(engines).to.deep.equal({
      asked: 4,
      queued: 0,
      starting: 0,
      running: 4,
      suspended: 0,
      failed: 0,
      registered: 4,
      lost: 0,
    });
    expect(status.listens).to.match(/^socket \//);
    socket = status.listens.replace("socket ", "");
    expect(Buffer.byteLength(socket)).to.be.at.most(107);
    expect(statSync(join(socket, "..")).mode & 0o777).to.equal(0o700);
    expect(stdout).not.to.include(new URL(url).searchParams.get("token"));
  });

  it("up again finds the session instead of starting another", async () => {
    const { stdout, stderr } = await project.ok("up", "--verbose");
    expect(stdout.trim()).to.equal(url);
    expect(stderr).to.include("session: found");
    expect(stderr, "each command").to.match(/^here: python3 .*: exit code 0 after \d+\.\d\d s$/m);
    expect(stderr).not.to.include(new URL(url).searchParams.get("token"));
  });

  it("every cell of the example notebook runs, on all four engines, and draws its plot", async () => {
    const kernel = await Kernel.start(url, "monte-carlo.ipynb");
    const { cells } = JSON.parse(readFileSync(join(project.directory, "monte-carlo.ipynb"), "utf8")) as {
      cells: { cell_type: string; source: string | string[] }[];
    };
    const shown: string[] = [];
    for (const { cell_type, source } of cells) {
      if (cell_type !== "code") continue;
      const code = [source].flat().join("");
      const result = await kernel.execute(code);
      expect(result.status, `${code}\n${result.error}`).to.equal("ok");
      shown.push(...result.shown);
    }
    expect(shown).to.include("image/png");
    const engines = await kernel.execute(
      'import ipyparallel; print(sorted(ipyparallel.Client(profile="quickstart").ids))',
    );
    expect(engines.text.trim(), engines.error).to.equal("[0, 1, 2, 3]");
    kernel.close();
  });

  it("a notebook can start a cluster of its own beside the session's", async () => {
    const kernel = await Kernel.start(url, "monte-carlo.ipynb");
    const start = await kernel.execute(`import ipyparallel
cluster = ipyparallel.Cluster(profile="quickstart", n=1)
client = cluster.start_and_connect_sync()
print(client.ids, sorted(ipyparallel.Client(profile="quickstart").ids))`);
    expect(start.text, start.error).to.match(/^\[0\] \[0, 1, 2, 3\]$/m);
    const own = await kernel.execute('ipyparallel.Cluster(profile="quickstart", cluster_id="").start_cluster_sync()');
    expect(own.error).to.include("is the session's own");
    // What is left running is ended with the session, as the last test sees.
    await kernel.execute("cluster.shutdown_atexit = False");
    kernel.close();
  });

  it("logs shows what each job wrote, and never the token", async () => {
    const token = new URL(url).searchParams.get("token");
    for (const words of [["notebook"], ["controller"], ["engine", "3"]]) {
      const { stdout } = await project.ok("logs", ...words);
      expect(stdout.length, words.join(" ")).to.be.greaterThan(0);
      expect(stdout).not.to.include(token);
      // The set-up keeps the clone's package.json from it.
      expect(stdout).not.to.include("Fail to get yarn configuration");
    }
  });

  it("list and the session's name lead to it from any directory", async () => {
    const { stdout } = await hpcnb(["list"], { env: project.env, cwd: tmpdir() });
    expect(stdout).to.match(/^quickstart\s+up\s/m);
    expect((await hpcnb(["status", "quickstart"], { env: project.env, cwd: tmpdir() })).stdout).to.include(
      "4 of 4 registered",
    );
  });

  it("disconnect closes the port and nothing else; connect opens it again", async () => {
    await project.ok("disconnect");
    expect(JSON.parse((await project.ok("status", "--json")).stdout).phase).to.equal("connecting");
    const again = (await project.ok("connect")).stdout.trim();
    // The token stays; the port may have gone to somebody else meanwhile.
    expect(new URL(again).search).to.equal(new URL(url).search);
    expect((await project.ok("disconnect")).stderr).to.include("goes on");
    expect((await project.ok("disconnect")).stderr).to.include("was not connected");
    url = (await project.ok("up")).stdout.trim();
    expect(new URL(again).search).to.equal(new URL(url).search);
  });

  it("scale waits for all engines, and Ctrl-C leaves them coming", async () => {
    const { directory: cwd, env } = project;
    const terminal = await atOwnTerminal(["scale", "5", "--wait"], { columns: 80, cwd, env });
    await terminal.until("4 of 5 registered");
    terminal.type("\u0003");
    expect(await terminal.end()).to.equal(130);
    expect(terminal.sent())
      .to.include("Interrupted; the engines still come.")
      .and.to.include("hpcnb status quickstart");
    expect((await project.ok("scale", "5", "--wait")).stderr).to.match(/nothing to do\.\n.*5 of 5 registered\n$/s);
    const { engines } = JSON.parse((await project.ok("scale", "5", "--wait", "--json")).stdout);
    expect(engines).to.include({ asked: 5, registered: 5 });
  });

  it("down leaves no process, no socket and no port", async () => {
    const { stderr } = await project.ok("down");
    expect(stderr).to.include("4 jobs ended");
    expect(processesMentioning(project.folder)).to.deep.equal([]);
    expect(socketsMentioning(project.folder)).to.deep.equal([]);
    expect(socketsMentioning(socket)).to.deep.equal([]);
    const answer = await fetch(url).then(
      () => "answered",
      (error: Error) => (error.cause as NodeJS.ErrnoException).code,
    );
    expect(answer).to.equal("ECONNREFUSED");
    expect(JSON.parse((await project.ok("status", "--json")).stdout).phase).to.equal("ended");
    expect((await project.ok("down")).stderr).to.include("nothing was running");
  });
});
