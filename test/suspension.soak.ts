import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { type Cluster, startCluster, until } from "./support/cluster.js";

/**
 * The soft limit is reached while engines are there; the controller has it too, and the notebook is
 * warned before a suspension.
 */
const sessionFile = `name: rnaseq
scheduler: { plugin: sge, options: { memoryResource: h_vmem } }
host: login
notebook:
  directory: ~/rnaseq
  environment: { venv: /home/shared/venv }
resources: { memory: 4G, walltime: 1h, native: [-notify] }
cluster:
  engines: 4
  resources: { memory: 4G, native: [-l, "s_rt=0:1:0"] }
`;

interface Status {
  readonly phase: string;
  readonly engines: Readonly<Record<string, number>>;
  readonly differences?: readonly { engine: number; problem: string }[];
  readonly jobs: readonly { role: string; id: string; state: string; native?: string }[];
}

describe("jobs that Grid Engine suspends and warns", function () {
  this.timeout(400_000);
  let cluster: Cluster;
  let url: string;
  const file = "project/session.yaml";
  const status = async (): Promise<Status> =>
    JSON.parse(await cluster.ok("laptop", ["hpcnb", "status", file, "--json"]));
  const ids = async (...roles: string[]) =>
    (await status()).jobs.filter(({ role }) => roles.includes(role)).map(({ id }) => id);
  const client = 'import ipyparallel\nclient = ipyparallel.Client(profile="rnaseq")\n';
  const remembered = `${client}print(client[:].apply_sync(lambda: globals().get("kept")))`;
  /** Seconds until all engines are registered again. */
  const allBack = async () => {
    const start = performance.now();
    await until("4 registered", status, { fact: ({ engines }) => engines.registered === 4 && engines.lost === 0 });
    return (performance.now() - start) / 1000;
  };

  before(async function () {
    cluster = await startCluster(this, "suspension");
    await cluster.write("laptop", file, sessionFile);
    url = (await cluster.ok("laptop", ["hpcnb", "up", file])).trim();
    await allBack();
    await cluster.print(url, `${client}client[:].push({"kept": 42}, block=True)`);
  });

  after(() => cluster?.testbed.down());

  it("bring engines back under their numbers within 30 s of their resumption", async () => {
    const engines = await ids("engines");
    await cluster.ok("login", ["qmod", "-sj", ...engines]);
    await sleep(45_000);
    const suspended = await status();
    expect(suspended.engines).to.include({ suspended: 4, running: 0, lost: 0, failed: 0 });
    expect(suspended.differences?.[0]?.problem).to.equal("the scheduler has suspended it (s)");
    await cluster.ok("login", ["qmod", "-usj", ...engines]);
    const seconds = await allBack();
    console.log(`      4 of 4 after ${seconds.toFixed(1)} s`);
    expect(seconds).to.be.below(30);
    expect(await cluster.print(url, `${client}print(client.ids)`)).to.equal("[0, 1, 2, 3]");
    expect(await cluster.ok("laptop", ["hpcnb", "logs", file, "engine", "1"])).to.match(/has forgotten it/);
  });

  it("leave the engines with their memory when the controller was suspended", async () => {
    await cluster.print(url, `${client}client[:].push({"kept": 42}, block=True)`);
    const controller = await ids("controller");
    await cluster.ok("login", ["qmod", "-sj", ...controller]);
    await sleep(45_000);
    await cluster.ok("login", ["qmod", "-usj", ...controller]);
    const seconds = await allBack();
    console.log(`      4 of 4 after ${seconds.toFixed(1)} s`);
    expect(await cluster.print(url, remembered)).to.equal("[42, 42, 42, 42]");
  });

  it("are as they were when all were suspended", async () => {
    const all = await ids("notebook", "controller", "engines");
    await cluster.ok("login", ["qmod", "-sj", ...all]);
    // The notebook is warned, and suspended a minute later.
    await sleep(100_000);
    await cluster.ok("login", ["qmod", "-usj", ...all]);
    const seconds = await allBack();
    console.log(`      4 of 4 after ${seconds.toFixed(1)} s`);
    await until("up", status, { fact: ({ phase }) => phase === "up" });
    expect(await cluster.print(url, remembered)).to.equal("[42, 42, 42, 42]");
  });

  it("go on after a soft limit and a warning, which their logs tell", async () => {
    for (const what of [["notebook"], ["controller"], ["engine", "1"]]) {
      const log = await until("the warning", () => cluster.ok("laptop", ["hpcnb", "logs", file, ...what]), {
        fact: (text) => text.includes("hpcnb: SIGUSR1 came"),
      });
      expect(log.split("hpcnb: SIGUSR1 came"), what.join(" ")).to.have.length.below(4);
    }
    expect((await status()).phase).to.equal("up");
  });
});
