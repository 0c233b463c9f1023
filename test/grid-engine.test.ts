import { expect } from "chai";
import { hasChromium, onLaptopsChromium, runExampleNotebook } from "./support/browser.js";
import { type Cluster, projectDirectory, startCluster } from "./support/cluster.js";

const engines = 4;

const sessionFile = (more: string) => `name: rnaseq
scheduler: { plugin: sge, options: { memoryResource: h_vmem } }
notebook:
  directory: ~/rnaseq
  environment: { venv: /home/shared/venv }
  saveScript: true
resources: { cores: 2, parallelEnvironment: smp, memory: 8G, walltime: 1h }
cluster: { engines: ${engines}, resources: { memory: 4G } }
${more}`;

/** What a user does from beginning to end, each step on the machine where he does it: a laptop, a submit node, nodes. */
describe("a notebook on Grid Engine", function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let url: string;

  const onLaptop = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args]);
  const onLogin = (...args: string[]) => cluster.run("login", ["hpcnb", ...args]);
  const fromLaptop = (...argv: string[]) => cluster.ok("laptop", argv);
  const status = async () => JSON.parse(await fromLaptop("hpcnb", "status", "project/session.yaml", "--json"));
  const answer = (address: string) =>
    fromLaptop("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", address);

  before(async function () {
    this.timeout(1_200_000);
    cluster = await startCluster(this, "flow");
    await cluster.write("laptop", "project/session.yaml", sessionFile("host: login\n"));
    await cluster.write("login", "session.yaml", sessionFile(""));
  });

  after(() => cluster?.testbed.down());

  it("comes up from the laptop with engines on several nodes", async () => {
    const { exitCode, stdout, stderr } = await onLaptop("up", "project/session.yaml");
    expect(exitCode, stderr).to.equal(0);
    url = stdout.trim();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:8888\/lab\?token=[0-9a-f]{48}$/);
    expect(stderr).to.include(`engines: ${engines} of ${engines} registered`);
    expect(await status()).to.include({ phase: "up", tunnel: "jump" });
    const used = new Set((await cluster.jobs()).match(/node\d/g));
    expect([...used], "nodes with jobs").to.have.length.greaterThan(1);
  });

  it("shows its jobs in qstat under the session's name, in the order in which they are needed", async () => {
    const names = (await cluster.ok("login", ["qstat", "-r"])).match(/Full jobname: +\S+/g) ?? [];
    const kinds = [...new Set(names)].map((name) => /: +(rnaseq-[a-z]+)-/.exec(name)?.[1]);
    expect(kinds).to.deep.equal(["rnaseq-notebook", "rnaseq-controller", "rnaseq-engines"]);
  });

  it("opens in the laptop's own browser, and runs all cells on the engines", async function () {
    if (!hasChromium()) this.skip(); // needs Chromium
    await onLaptopsChromium(cluster.testbed, async (browser) => {
      expect(await runExampleNotebook(browser, url, "grid-engine-in-chromium")).to.match(/pi is about 3\.14/);
    });
  });

  it("keeps each saved notebook as a Python script beside it", async () => {
    await cluster.ok("login", ["test", "-s", `${projectDirectory}/monte-carlo.ipynb`]);
    const script = await fromLaptop(
      ...["node", "--input-type=module", "-e", saveNotebook, new URL(url).origin, new URL(url).search],
    );
    expect(script).to.include("ipyparallel");
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

  it("is reached by plain ssh with the block that ssh-config prints", async () => {
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
    it(`is reached by a tunnel of the kind ${kind}, on a socket and on a port of 127.0.0.1 alone`, async () => {
      await onLaptop("disconnect", "project/session.yaml");
      await cluster.write("laptop", "other/session.yaml", sessionFile(`host: login\ntunnel: { kind: ${kind} }\n`));
      expect(await fromLaptop("hpcnb", "connect", "other/session.yaml")).to.equal(`${url}\n`);
      expect(await status()).to.include({ tunnel: kind });
      expect(await answer(url)).to.equal("200");
      const listening = await fromLaptop("ss", "-Hltn");
      expect(listening).to.match(/127\.0\.0\.1:8888/);
      expect(listening).not.to.match(/(0\.0\.0\.0|\*|\[::\]):8888/);
    });
  }

  it("leaves nothing in qstat and no process on any host when it is taken down", async () => {
    const { exitCode, stderr } = await onLaptop("down", "project/session.yaml");
    expect(exitCode, stderr).to.equal(0);
    expect(await cluster.jobs()).to.equal("");
    const ours = "hpcnb\\.js|keeper\\.js|hpcnb-(notebook|controller|engine)|jupyter|ipyparallel";
    for (const host of cluster.testbed.hosts) {
      // The shared ssh connection of the laptop ends by itself, a minute after its last use.
      const left = await cluster.run(host, ["pgrep", "-u", "alice", "-fl", ours]);
      expect(left.stdout, host).to.equal("");
    }
  });
});

/** Saves the example through the server's API, as the browser does it, and prints the script that the server has written beside it. */
const saveNotebook = `
const [origin, search] = process.argv.slice(-2);
const headers = { authorization: "token " + new URLSearchParams(search).get("token"), "content-type": "application/json" };
const contents = origin + "/api/contents/monte-carlo";
const notebook = await (await fetch(contents + ".ipynb", { headers })).json();
await fetch(contents + ".ipynb", { method: "PUT", headers, body: JSON.stringify({ type: "notebook", format: "json", content: notebook.content }) });
console.log((await (await fetch(contents + ".py", { headers })).json()).content);
`;
