import { expect } from "chai";
import { type Cluster, openHomes, projectDirectory, startCluster, until } from "./support/cluster.js";

const engines = 4;

const sessionFile = `name: rnaseq
scheduler: slurm
host: login
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv } }
resources: { cores: 2, memory: 8G, walltime: 1m, options: { account: science } }
cluster: { engines: ${engines}, resources: { memory: 4G, walltime: 1h, queue: main, options: { qos: normal } } }
`;

/** The session of ./grid-engine.cluster.test.ts, by another scheduler. */
describe("a notebook on Slurm", function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let url: string;

  const fromLaptop = (...argv: string[]) => cluster.ok("laptop", argv);
  const hpcnb = (...args: string[]) => cluster.run("laptop", ["hpcnb", ...args, "project/session.yaml"]);
  const status = async () => JSON.parse(await fromLaptop("hpcnb", "status", "project/session.yaml", "--json"));
  const jobOf = async (role: string): Promise<{ id: string; native: string; host: string }> =>
    (await status()).jobs.find((job: { role: string }) => job.role === role);

  before(async function () {
    this.timeout(1_200_000);
    cluster = await startCluster(this, "slurm", "slurm");
    await openHomes(cluster);
    await cluster.write("laptop", "project/session.yaml", sessionFile.replace("1m", "1h"));
  });

  after(() => cluster?.testbed.down());

  it("could come up, as doctor finds by a job on a node", async () => {
    const { exitCode, stdout, stderr } = await hpcnb("doctor", "--job");
    expect(exitCode, stderr + stdout).to.equal(0);
    expect(stdout).to.match(/ran on node\d/);
    await until("no job is listed", cluster.jobs, { fact: (listed) => listed === "" });
  });

  it("comes up from the laptop with engines on several nodes", async () => {
    const { exitCode, stdout, stderr } = await hpcnb("up");
    expect(exitCode, stderr).to.equal(0);
    url = stdout.trim();
    expect(stderr).to.include(`engines: ${engines} of ${engines} registered`);
    const cell = `import ipyparallel, socket, os
client = ipyparallel.Client(profile="rnaseq")
print(len(set(client[:].apply_sync(socket.gethostname))), *sorted({os.getcwd(), *client[:].apply_sync(os.getcwd)}))`;
    expect(await cluster.print(url, cell)).to.match(new RegExp(`^[23] ${projectDirectory}$`));
  });

  it("has asked Slurm for what the file says", async () => {
    const asked = async (role: string) =>
      await cluster.ok("login", ["scontrol", "--oneliner", "show", "job", (await jobOf(role)).id]);
    const notebook = await asked("notebook");
    for (const words of ["CPUs/Task=2", "MinMemoryNode=8G", "TimeLimit=01:00:00", "Account=science", "Requeue=0"])
      expect(notebook).to.include(words);
    expect(await asked("engines")).to.match(/ Partition=main .* MinMemoryNode=4G /);
    const names = [...new Set((await cluster.jobs()).match(/rnaseq-[a-z]+/g))].sort();
    expect(names).to.deep.equal(["rnaseq-controller", "rnaseq-engines", "rnaseq-notebook"]);
  });

  it("runs with srun what the notebook wants, in the notebook's own environment", async () => {
    const cell =
      'import subprocess\nprint(subprocess.run(["srun", "-n1", "printenv", "HOME"], capture_output=True, text=True))';
    expect(await cluster.print(url, cell)).to.include("stdout='/home/alice\\n'");
  });

  it("starts clusters from inside, and leaves no key where another user can read it", async () => {
    const start =
      'import ipyparallel\ninside = ipyparallel.Cluster(profile="rnaseq", n=2)\nclient = inside.start_and_connect_sync()';
    const [started] = await cluster.cells(url, start);
    expect(started?.error, started?.text).to.equal(undefined);
    expect(await cluster.print(url, "print(sorted(client.ids))")).to.equal("[0, 1]");
    const keys = JSON.parse(
      await cluster.print(
        url,
        'import json\nknown = inside.controller.read()["client"]\nprint(json.dumps([known[k] for k in ("key", "curve_serverkey") if known.get(k)]))',
      ),
    ) as string[];
    expect(keys).to.have.length.greaterThan(0);
    const token = new URL(url).searchParams.get("token") ?? "";
    const spy =
      "scontrol show job; squeue --all --long; sacct --allusers --parsable2 --format=ALL; ps -efww; cat /run/slurm/spool/*/slurm_script";
    const heard: string[] = [];
    for (const host of ["login", ...cluster.testbed.nodes])
      heard.push((await cluster.testbed.exec(host, "bob", ["sh", "-c", spy])).stdout);
    // The neighbour does see what may be seen.
    expect(heard.join("\n")).to.include("JobName=rnaseq-notebook").and.to.include("hpcnb-inside_engine");
    for (const secret of [...keys, token]) expect(heard.some((text) => text.includes(secret))).to.equal(false);
    await cluster.print(url, "inside.stop_cluster_sync()");
    await until("only the session's own jobs", cluster.jobIds, { fact: ({ length }) => length === 3 });
  });

  it("is scaled while the notebook goes on", async () => {
    await fromLaptop("hpcnb", "scale", "project/session.yaml", "2", "--wait");
    expect((await status()).engines).to.include({ registered: 2 });
  });

  it("goes on while slurmctld is away, and is believed to", async () => {
    await cluster.testbed.fault("scheduler-stopped");
    try {
      const { stdout, stderr } = await hpcnb("status");
      expect(stdout + stderr).to.include("Unable to contact slurm controller");
      expect(await cluster.print(url, "print(6 * 7)")).to.equal("42");
    } finally {
      await cluster.testbed.heal();
    }
    await until("the session is up again", status, { fact: ({ phase }) => phase === "up" });
  });

  it("tells that its walltime was reached", async () => {
    await hpcnb("down");
    await cluster.write("laptop", "project/session.yaml", sessionFile);
    expect((await hpcnb("up")).exitCode).to.equal(0);
    const ended = await until("the end of the notebook", status, { fact: ({ phase }) => phase !== "up", seconds: 150 });
    expect(JSON.stringify(ended)).to.match(/walltime/);
  });

  it("leaves nothing when it is taken down", async () => {
    const { exitCode, stderr } = await hpcnb("down");
    expect(exitCode, stderr).to.equal(0);
    expect(await cluster.jobs()).to.equal("");
  });
});
