import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { needSshServer, type Site } from "../packages/host/test/ssh/site.js";
import { moveToHost, processesLeft } from "./support/host-project.js";
import { Kernel } from "./support/kernel.js";
import { createProject, type Project } from "./support/project.js";

/**
 * The laptop's side of it: everything on another host that is reached by ssh alone, here a private
 * ssh server on this machine.
 */
describe("a session on a host", function () {
  this.timeout(300_000);
  let site: Site;
  let project: Project;
  let url: string;

  before(needSshServer);
  before(async function () {
    const created = createProject("on a host");
    if (!created) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    project = created;
    site = await moveToHost(project);
  });

  after(async () => {
    await project?.remove();
    await site?.stop();
  });

  it("comes up from here, through one login, and answers in the user's own browser", async () => {
    const { stdout, stderr } = await project.ok("up");
    url = stdout.trim();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{48}$/);
    expect(stderr).to.include("engines: 4 of 4 registered");
    expect(site.logins("login")).to.equal(1);
    const kernel = await Kernel.start(url, "monte-carlo.ipynb");
    const { text, error } = await kernel.execute(
      'import ipyparallel; print(sorted(ipyparallel.Client(profile="quickstart").ids))',
    );
    expect(text.trim(), error).to.equal("[0, 1, 2, 3]");
    kernel.close();
  });

  it("tells by status and logs what is there, and is found again by up", async () => {
    const status = JSON.parse((await project.ok("status", "--json")).stdout);
    expect(status).to.include({ phase: "up", tunnel: "login-forward" });
    expect((await project.ok("logs", "controller")).stdout).not.to.equal("");
    expect((await project.ok("up")).stdout.trim()).to.equal(url);
  });

  it("is disconnected and connected again while it goes on", async () => {
    await project.ok("disconnect");
    url = (await project.ok("connect")).stdout.trim();
    expect((await fetch(url)).status).to.equal(200);
  });

  it("is disconnected also while the host is out of reach", async () => {
    await site.cut("login");
    expect((await project.ok("disconnect")).stderr).to.include("is disconnected");
    await site.repair("login");
    url = (await project.ok("connect")).stdout.trim();
  });

  it("prints the block for plain ssh", async () => {
    const { stdout } = await project.ok("ssh-config");
    expect(stdout).to.match(
      /^Host hpcnb-quickstart\n {2}HostName \S+\n {2}User \S+\n {2}ProxyJump login\n {2}LocalForward 127\.0\.0\.1:8888 \//,
    );
  });

  it("is connected to from a machine that has no file of it, by its address", async () => {
    await project.ok("disconnect");
    const address = `login:${project.directory}`;
    expect(new URL((await project.ok("connect", address)).stdout.trim()).search).to.equal(new URL(url).search);
    expect((await project.ok("status", address)).stdout).to.include("4 of 4 registered");
    const refused = await project.run("up", address);
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.include("needs its file");
    const nothing = await project.run("connect", `login:${project.folder}`);
    expect(nothing.exitCode).to.equal(2);
    expect(nothing.stderr).to.include("There is no record of a session");
  });

  it("is connected to and looked at without its scheduler, where that is not part of hpcnb", async () => {
    await project.ok("disconnect");
    const record = join(project.directory, ".hpcnb", "session.json");
    const kept = readFileSync(record, "utf8");
    const started = JSON.parse(kept);
    writeFileSync(record, JSON.stringify({ ...started, scheduler: { plugin: "./acme.js", options: { cell: "a" } } }));
    const address = `login:${project.directory}`;
    const { stdout } = await project.ok("connect", address);
    expect((await fetch(stdout.trim())).status).to.equal(200);
    const status = JSON.parse((await project.ok("status", address, "--json")).stdout);
    expect(status.trouble).to.include("A host cannot choose code that runs on this machine");
    const refused = await project.run("down", address);
    expect(refused.exitCode).to.equal(3);
    expect(refused.stderr).to.include('scheduler "./acme.js", which is not part of hpcnb').and.include("session file");
    writeFileSync(record, kept);
    expect(JSON.parse((await project.ok("status", "--json")).stdout).phase).to.equal("up");
  });

  it("goes down and leaves nothing, here or there", async () => {
    expect((await project.ok("down")).stderr).to.include("3 jobs ended");
    expect(processesLeft(project)).to.deep.equal([]);
  });
});
