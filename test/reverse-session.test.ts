import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { accepts, needSshServer, type Site } from "../packages/host/test/ssh/site.js";
import { moveToHost, processesLeft } from "./support/host-project.js";
import { Kernel } from "./support/kernel.js";
import { processesMentioning } from "./support/leftovers.js";
import { createProject, type Project } from "./support/project.js";
import { until } from "./support/until.js";

/** A notebook job that connects to its submit node, here a private ssh server on this machine. */
describe("a session that is reached by reverse", function () {
  this.timeout(300_000);
  let site: Site;
  let project: Project;
  let url: string;

  before(needSshServer);
  before(async function () {
    const created = createProject("by reverse");
    if (!created) {
      this.skip(); // needs a Python environment with Jupyter: HPCNB_TEST_VENV is not set
    }
    project = created;
    site = await moveToHost(project);
    const file = join(project.directory, "session.yaml");
    // Without engines.
    writeFileSync(file, readFileSync(file, "utf8").replace(/^cluster:.*/ms, "tunnel: { kind: reverse }\n"));
  });

  after(async () => {
    await project?.remove();
    await site?.stop();
  });

  const status = async () => JSON.parse((await project.run("status", "--json")).stdout || "{}");
  const answers = async () => (await fetch(url).catch(() => undefined))?.status === 200;

  it("comes up, and its kernels answer", async () => {
    url = (await project.ok("up")).stdout.trim();
    expect(await status()).to.include({ phase: "up", tunnel: "reverse" });
    const kernel = await Kernel.start(url, "monte-carlo.ipynb");
    expect((await kernel.execute("print(6 * 7)")).text.trim()).to.equal("42");
    kernel.close();
  });

  it("serves a page's requests at once, as a browser asks", async () => {
    const asked = Array.from({ length: 30 }, () => fetch(new URL("/api/status", url), { headers: cookieless(url) }));
    expect((await Promise.all(asked)).map((answer) => answer.status)).to.deep.equal(Array(30).fill(200));
  });

  it("is opened again on the same port when the network was cut", async () => {
    await site.cut("login");
    await until(async () => (await status()).tunnelHealing, "the loss");
    await site.repair("login");
    await until(answers, "the same URL answers again");
  });

  it("leaves nothing on the submit node when its keeper is killed, and is connected to again", async () => {
    const port = offeredPort();
    expect(await accepts(port)).to.equal(true);
    const keepers = processesMentioning(project.folder).filter((line) => line.includes("keeper.js"));
    expect(keepers).to.have.length(1);
    for (const line of keepers) process.kill(Number.parseInt(line, 10), "SIGKILL");
    await until(async () => !(await accepts(port)), "nobody listens any more");
    url = (await project.ok("connect")).stdout.trim();
    expect(await answers()).to.equal(true);
  });

  it("holds no port on the submit node when it is disconnected", async () => {
    const port = offeredPort();
    await project.ok("disconnect");
    await until(async () => !(await accepts(port)), "nobody listens any more");
  });

  it("goes down and leaves nothing, here or there", async () => {
    await project.ok("down");
    await until(() => processesLeft(project).length === 0, "all has ended");
  });

  /** Where the job is to dial. */
  function offeredPort(): number {
    const { run } = JSON.parse(readFileSync(join(project.directory, ".hpcnb", "session.json"), "utf8"));
    const path = join(project.directory, ".hpcnb", "runs", run.id, "keepers.record");
    return JSON.parse(readFileSync(path, "utf8").slice(0, -65)).keepers[0].port;
  }
});

function cookieless(url: string) {
  return { authorization: `token ${new URL(url).searchParams.get("token")}` };
}
