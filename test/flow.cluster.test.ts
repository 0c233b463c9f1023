import { expect } from "chai";
import { hasChromium, keepPicture, onLaptopsChromium, runExampleNotebook } from "./support/browser.js";
import { type Cluster, projectDirectory, startCluster, until } from "./support/cluster.js";
import { itOnce, type SiteScheduler, siteSchedulers } from "./support/schedulers.js";

const engines = 4;
const clearPassword = "correct horse";

const sessionFile = (scheduler: SiteScheduler, password: string, more: string) => `name: rnaseq
${scheduler.line}
notebook:
  directory: ~/rnaseq
  environment: { venv: /home/shared/venv }
  saveScript: true
  password: "${password}"
resources: { cores: 2, memory: 8G, walltime: 1h, ${scheduler.resourceOptions} }
cluster: { engines: ${engines}, resources: { memory: 4G } }
${more}`;

/**
 * What a user does from beginning to end, each step on its own machine: a laptop, a submit node,
 * nodes.
 */
for (const scheduler of siteSchedulers) {
  describe(`a notebook on ${scheduler.title}`, function () {
    this.timeout(180_000);
    flowOn(scheduler);
  });
}

function flowOn(scheduler: SiteScheduler): void {
  let cluster: Cluster;
  let url: string;
  let file: (more: string) => string;
  const once = itOnce(scheduler);

  const onLaptop = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args]);
  const onLogin = (...args: string[]) => cluster.run("login", ["hpcnb", ...args]);
  const fromLaptop = (...argv: string[]) => cluster.ok("laptop", argv);
  const fromLaptopWith = (stdin: string, ...argv: string[]) => cluster.ok("laptop", argv, stdin);
  const status = async () => JSON.parse(await fromLaptop("hpcnb", "status", "project/session.yaml", "--json"));
  const answer = (address: string) =>
    fromLaptop("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", address);

  const jobOf = async (role: string): Promise<{ id: string; native: string; host: string }> =>
    (await status()).jobs.find((job: { role: string }) => job.role === role);
  const listed = async (id: string) => (await cluster.listedJobs()).filter((job) => job.id === id);
  const nodesOf = async (id: string) => new Set((await listed(id)).map(({ node }) => node ?? "none"));

  before(async function () {
    cluster = await startCluster(this, "flow", scheduler);
    const hash = (await fromLaptopWith(`${clearPassword}\n`, "hpcnb", "password")).trim();
    file = (more) => sessionFile(scheduler, hash, more);
    await cluster.write("laptop", "project/session.yaml", file("host: login\n"));
    await cluster.write("login", "session.yaml", file(""));
  });

  after(() => cluster?.testbed.down());

  it("could come up, as doctor finds by a job on a node, and nothing of the job is left", async () => {
    const { exitCode, stdout, stderr } = await onLaptop("doctor", "project/session.yaml", "--job", "--json");
    expect(exitCode, stderr + stdout).to.equal(0);
    const { checks } = JSON.parse(stdout);
    const text = (name: string) => checks.find((check: { name: string }) => check.name === name).text;
    expect(text("job")).to.match(/ran on node\d.* answer back took \d+\.\d s; Python 3.* with JupyterLab/);
    expect(text("tunnel")).to.match(/lets ssh forward; jump, then login-forward/);
    await until("no job is listed", cluster.jobs, { fact: (jobs) => jobs === "" });
    expect(await cluster.ok("login", ["ls", "-A", `${projectDirectory}/.hpcnb`])).to.not.include("doctor");
  });

  it("comes up from the laptop with engines on several nodes", async () => {
    const { exitCode, stdout, stderr } = await onLaptop("up", "project/session.yaml");
    expect(exitCode, stderr).to.equal(0);
    url = stdout.trim();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:8888\/lab\?token=[0-9a-f]{48}$/);
    expect(stderr).to.include(`engines: ${engines} of ${engines} registered`);
    expect(await status()).to.include({ phase: "up", tunnel: "jump" });
    const { id } = await jobOf("engines");
    expect([...(await nodesOf(id))], "nodes with engines").to.have.length.greaterThan(1);
  });

  it("has asked for what the file says, and works in the project's directory everywhere", async () => {
    const { asked } = scheduler;
    for (const role of ["notebook", "engines"] as const) {
      const shown = await cluster.ok("login", scheduler.show((await jobOf(role)).id));
      for (const words of [...asked[role], asked.directory(projectDirectory)]) expect(shown, role).to.match(words);
    }
    const [notebook] = await listed((await jobOf("notebook")).id);
    expect(notebook).to.include({ isRunning: true, cores: 2 });
    const cell = `import ipyparallel, os
client = ipyparallel.Client(profile="rnaseq")
print(*sorted({os.getcwd(), *client[:].apply_sync(os.getcwd)}))`;
    expect(await cluster.print(url, cell)).to.equal(projectDirectory);
  });

  it("has its jobs listed under the session's name, in the order in which they are needed", async () => {
    const kinds = new Set((await cluster.listedJobs()).map(({ name }) => /^(rnaseq-[a-z]+)-/.exec(name)?.[1]));
    expect([...kinds]).to.deep.equal(["rnaseq-notebook", "rnaseq-controller", "rnaseq-engines"]);
  });

  if (scheduler.name === "slurm") {
    it("runs with srun what the notebook wants, in the notebook's own environment", async () => {
      const run = 'subprocess.run(["srun", "-n1", "printenv", "HOME"], capture_output=True, text=True)';
      expect(await cluster.print(url, `import subprocess\nprint(${run})`)).to.include("stdout='/home/alice\\n'");
    });
  }

  it("goes on while the scheduler is away, and is believed to", async () => {
    await cluster.testbed.fault("scheduler-stopped");
    try {
      const { stdout, stderr } = await onLaptop("status", "project/session.yaml");
      expect(stdout + stderr).to.match(/unable to (contact slurm controller|send message to qmaster)/i);
      expect(await cluster.print(url, "print(6 * 7)")).to.equal("42");
    } finally {
      await cluster.testbed.heal();
    }
    await until("the session is up again", status, { fact: ({ phase }) => phase === "up" });
  });

  it("opens in the laptop's own browser, and runs all cells on the engines", async function () {
    if (!hasChromium()) this.skip(); // needs Chromium
    await onLaptopsChromium(cluster.testbed, async (browser) => {
      const printed = await runExampleNotebook(browser, url, `${scheduler.name}-in-chromium`);
      expect(printed).to.match(/pi is about 3\.14/);
      const hosts = new Set(
        Array.from(printed.matchAll(/^engine \d is process \d+ on (node\d)$/gm), ([, host]) => host),
      );
      expect([...hosts], "hosts of the engines that have computed this").to.have.length.greaterThan(1);
    });
  });

  once("lets in without the token who knows the password, and nobody else", async function () {
    if (!hasChromium()) this.skip(); // needs Chromium
    await onLaptopsChromium(cluster.testbed, async (browser) => {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      await page.goto(`${new URL(url).origin}/lab`, { timeout: 120_000 });
      await page.locator("#password_input").fill("wrong horse");
      await page.locator("#login_submit").click();
      await page.getByText("Invalid credentials").waitFor();
      await page.locator("#password_input").fill(clearPassword);
      await page.locator("#login_submit").click();
      await page.locator("#jp-main-dock-panel").waitFor({ timeout: 120_000 });
      await page.locator('.jp-DirListing-item:has-text("monte-carlo.ipynb")').waitFor({ timeout: 60_000 });
      await keepPicture(page, `password-on-${scheduler.name}-in-chromium`);
      expect(new URL(page.url()).pathname).to.match(/^\/lab/);
    });
  });

  once("keeps each saved notebook as a Python script beside it", async () => {
    const program = ["node", "--input-type=module", "-e", saveNotebook];
    for (const words of ["saved once", "saved twice"]) {
      await fromLaptop(...program, new URL(url).origin, new URL(url).search, words);
      for (const name of ["monte-carlo.ipynb", "monte-carlo.py"]) {
        const text = await cluster.ok("login", ["cat", `${projectDirectory}/${name}`]);
        expect(text, name).to.include(`print("pi, ${words}")`.replaceAll('"', name.endsWith(".py") ? '"' : '\\"'));
        expect(text, name).to.include("ipp.Client(profile=");
      }
    }
  });

  it("is the same session from the submit node, which has no browser and says how to open it elsewhere", async () => {
    const { exitCode, stdout, stderr } = await onLogin("up", "session.yaml");
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.equal(`hpcnb connect alice@login:${projectDirectory}\n`);
    expect(stderr).to.include("found");
    await onLaptop("disconnect", "project/session.yaml");
    expect(await fromLaptop(...stdout.trim().split(" "))).to.equal(`${url}\n`);
    expect(await answer(url)).to.equal("200");
  });

  once("is reached by plain ssh with the block that ssh-config prints", async () => {
    await onLaptop("disconnect", "project/session.yaml");
    const block = await fromLaptop("hpcnb", "ssh-config", "project/session.yaml");
    await cluster.write("laptop", ".ssh/config", block);
    try {
      // In the background, and without this test's pipes, for whose end it would be waited.
      await fromLaptop("sh", "-c", "ssh -f -N -o ExitOnForwardFailure=yes -S /tmp/plain -M hpcnb-rnaseq >&- 2>&-");
      expect(await answer(url)).to.equal("200");
      await fromLaptop("ssh", "-S", "/tmp/plain", "-O", "exit", "hpcnb-rnaseq");
    } finally {
      await fromLaptop("rm", ".ssh/config");
    }
  });

  for (const kind of ["login-forward", "jump"]) {
    once(`is reached by a tunnel of the kind ${kind}, on a socket and on a port of 127.0.0.1 alone`, async () => {
      await onLaptop("disconnect", "project/session.yaml");
      await cluster.write("laptop", "other/session.yaml", file(`host: login\ntunnel: { kind: ${kind} }\n`));
      expect(await fromLaptop("hpcnb", "connect", "other/session.yaml")).to.equal(`${url}\n`);
      expect(await status()).to.include({ tunnel: kind });
      expect(await answer(url)).to.equal("200");
      const listening = await fromLaptop("ss", "-Hltn");
      expect(listening).to.match(/127\.0\.0\.1:8888/);
      expect(listening).not.to.match(/(0\.0\.0\.0|\*|\[::\]):8888/);
    });
  }

  it("is looked at and connected to with the options it was started with, whatever its file says by now", async () => {
    const changed = file("host: login\n").replace(scheduler.line, scheduler.lineWithOtherOptions);
    await cluster.write("laptop", "changed/session.yaml", changed);
    const { exitCode, stdout, stderr } = await onLaptop("status", "changed/session.yaml", "--json");
    expect(exitCode, stderr).to.equal(0);
    const { phase, jobs } = JSON.parse(stdout);
    expect({ phase, states: jobs.map(({ state }: { state: string }) => state) }).to.deep.equal({
      phase: "up",
      states: ["running", "running", "running"],
    });
    expect(stderr).to.match(/^Note: rnaseq runs with .*\/opt\/none\/.* apply when it is started again\.$/m);
    await fromLaptop("hpcnb", "disconnect", "changed/session.yaml");
    expect(await fromLaptop("hpcnb", "connect", "changed/session.yaml")).to.equal(`${url}\n`);
    expect(await answer(url)).to.equal("200");
  });

  it("leaves no job and no process on any host when it is taken down, with other options in its file", async () => {
    // The shared ssh connection of the laptop ends by itself, a minute after its last use.
    const ours = "hpcnb\\.js|keeper\\.js|hpcnb-(notebook|controller|engine)|jupyter|ipyparallel|ipykernel";
    const found = async () => {
      const look = cluster.testbed.hosts.map(async (host) => {
        const { stdout } = await cluster.run(host, ["pgrep", "-u", "alice", "-fl", ours]);
        return stdout === "" ? [] : [`${host}:\n${stdout}`];
      });
      return (await Promise.all(look)).flat();
    };
    const nodes = [(await jobOf("notebook")).host, ...(await nodesOf((await jobOf("engines")).id))];
    const before = (await found()).join("");
    for (const host of ["laptop", ...nodes]) expect(before, "what is looked for").to.include(`${host}:\n`);
    const { exitCode, stderr } = await onLaptop("down", "changed/session.yaml");
    expect(exitCode, stderr).to.equal(0);
    expect(await cluster.jobs()).to.equal("");
    await until("no process", found, { fact: ({ length }) => length === 0 });
  });
}

/** Saves the example with another cell through the server's API, as the browser does it. */
const saveNotebook = `
const [origin, search, words] = process.argv.slice(-3);
const headers = { authorization: "token " + new URLSearchParams(search).get("token"), "content-type": "application/json" };
const path = origin + "/api/contents/monte-carlo.ipynb";
const { content } = await (await fetch(path, { headers })).json();
const source = 'print("pi, ' + words + '")';
content.cells.push({ cell_type: "code", id: words.replace(" ", "-"), metadata: {}, execution_count: null, outputs: [], source });
const answer = await fetch(path, { method: "PUT", headers, body: JSON.stringify({ type: "notebook", format: "json", content }) });
if (!answer.ok) throw new Error(answer.status + await answer.text());
`;
