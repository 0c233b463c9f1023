import { expect } from "chai";
import { type Cluster, startCluster, until } from "./support/cluster.js";

interface Status {
  readonly phase: string;
  readonly why?: string;
  readonly tunnel?: string;
  readonly engines: Readonly<Record<string, number>>;
  readonly jobs: readonly { role: string; id: string; state: string; host?: string }[];
}

/** Notebook and controller are on node1, engines on node2, if nothing else is said. */
const sessionFile = (name: string, cluster: string, directory = `~/${name}`) => `name: ${name}
scheduler: sge
host: login
notebook: { directory: ${directory}, environment: { venv: /home/shared/venv } }
resources: { queue: all.q@node1 }
${cluster}
`;

/** Slots, disks and nodes that come to an end while a session is there. */
describe("a worse day on Grid Engine", function () {
  this.timeout(240_000);
  let cluster: Cluster;

  const hpcnb = (command: string, name: string, ...more: string[]) =>
    cluster.run("laptop", ["hpcnb", command, `${name}/session.yaml`, ...more]);
  const ok = async (command: string, name: string, ...more: string[]) => {
    const { exitCode, stdout, stderr } = await hpcnb(command, name, ...more);
    expect(exitCode, `hpcnb ${command} ${name}:\n${stderr}${stdout}`).to.equal(0);
    return { stdout, stderr };
  };
  const status = async (name: string): Promise<Status> => JSON.parse((await hpcnb("status", name, "--json")).stdout);
  const started = new Set<string>();
  const prepare = async (name: string, clusterLines: string, directory?: string) => {
    started.add(name);
    await cluster.write("laptop", `${name}/session.yaml`, sessionFile(name, clusterLines, directory));
    await cluster.ok("login", ["sh", "-c", `mkdir -p ${directory ?? name}`]);
  };

  before(async function () {
    cluster = await startCluster(this, "dying");
  });

  afterEach(async () => {
    await cluster?.testbed.heal();
    await cluster?.asRoot("qmod", "-e", "all.q");
    // A test that fails midway is not to leave jobs to those that follow.
    for (const name of started) await hpcnb("down", name);
    started.clear();
  });

  after(() => cluster?.testbed.down());

  it("is up with the minimum of engines while slots are short, and the others join without a command", async () => {
    // For the controller and two engines.
    await cluster.asRoot("qconf", "-aattr", "queue", "slots", "[node3=3]", "all.q");
    await prepare("short", "cluster: { engines: 4, minimum: 2, resources: { queue: all.q@node3 } }");
    const { stdout: url, stderr } = await ok("up", "short");
    expect(stderr).to.include("engines: 2 of 4 registered");
    const now = await status("short");
    expect(now.phase).to.equal("up");
    expect(now.engines).to.include({ asked: 4, registered: 2, running: 2, queued: 2, failed: 0 });
    await cluster.asRoot("qconf", "-purge", "queue", "slots", "all.q@node3");
    const joined = 'client = __import__("ipyparallel").Client(profile="short")\n';
    const wait = `${joined}client.wait_for_engines(4, timeout=60, interactive=False)\nprint(client.ids)`;
    expect(await cluster.print(url.trim(), wait)).to.equal("[0, 1, 2, 3]");
  });

  it("changes nothing when the disk is full before it begins, and says so, the first time and later", async () => {
    const directory = "/home/alice/disk/project";
    await prepare("disk", "cluster: { engines: 1 }", directory);
    const fill = () => cluster.testbed.fault("full-disk", { directory: "/home/alice/disk" });
    await fill();
    const first = await hpcnb("up", "disk");
    expect(first.exitCode, first.stderr).to.equal(2);
    expect(first.stderr).to.include(`${directory} on login cannot be written to`);
    expect(first.stderr).to.include("No space left on device");
    expect(first.stderr).to.include("a full disk (`df -h`, `df -i`) or an exhausted quota (`quota -s`) may be why");
    expect(await cluster.jobs()).to.equal("");
    await cluster.testbed.heal();
    await ok("up", "disk");
    await ok("down", "disk");

    await fill();
    const later = await hpcnb("up", "disk");
    expect(later.exitCode, later.stderr).to.equal(1);
    expect(later.stderr).to.match(/\.hpcnb\/\S+ cannot be written: No space left on device\./);
    expect(later.stderr).to.include("Free some space there");
    expect(await cluster.jobs()).to.equal("");
    await cluster.testbed.heal();
    expect((await ok("up", "disk")).stderr).to.include("engines: 1 of 1 registered");
  });

  it("ends all jobs also when the disk is full, says what could not be written down, and starts again", async () => {
    await prepare("filled", "cluster: { engines: 1 }", "/home/alice/filled");
    await ok("up", "filled");
    await cluster.testbed.fault("full-disk", { directory: "/home/alice/filled" });
    const { exitCode, stderr } = await hpcnb("down", "filled");
    expect(exitCode, stderr).to.equal(1);
    expect(stderr).to.match(/All jobs are ended, but that could not be written down: .*No space left on device/);
    expect(await cluster.jobs()).to.equal("");
    await cluster.testbed.heal();
    expect((await status("filled")).phase).to.equal("failed");
    expect((await ok("down", "filled")).stderr).to.include("nothing was running any more");
    expect((await ok("up", "filled")).stderr).to.include("engines: 1 of 1 registered");
  });

  it("ends everything when storage never becomes ready, and tells what was awaited where", async () => {
    await prepare("late", "cluster: { engines: 2, resources: { queue: all.q@node2 } }\nstorage: { timeout: 5s }");
    await cluster.asRoot("qmod", "-d", "all.q");
    expect((await hpcnb("up", "late", "--timeout", "3s")).exitCode).to.equal(4);
    await cluster.ok("login", ["sh", "-c", 'mv "$(ls -td late/.hpcnb/runs/* | head -1)/secrets.record" /tmp/kept']);
    await cluster.asRoot("qmod", "-e", "all.q");
    const { exitCode, stderr } = await hpcnb("up", "late");
    expect(exitCode, stderr).to.equal(1);
    expect(stderr, stderr).to.match(/The notebook job \(job \d+\) is lost: After 5 s, /);
    expect(stderr).to.match(/secrets\.record still cannot be read on node1: No such file or directory/);
    expect(stderr).to.include("storage.timeout in the session file");
    expect(await cluster.jobs()).to.equal("");
  });

  it("says that the notebook's node is out of reach, leaves the jobs alone, and starts again once they are known to be lost", async () => {
    await prepare("away", "cluster: { engines: 1, resources: { queue: all.q@node2 } }");
    await ok("up", "away");
    const jobs = await cluster.jobIds();
    await cluster.testbed.fault("dead-node", { host: "node1" });
    await until("the tunnel is given up", () => status("away"), {
      fact: ({ phase, tunnel }) => phase === "connecting" && tunnel === undefined,
    });
    const { exitCode, stderr } = await hpcnb("up", "away");
    expect(exitCode, stderr).to.equal(1);
    expect(stderr).to.include("No tunnel reaches the notebook on node1.").and.include("No job is affected");
    expect(await cluster.jobIds()).to.deep.equal(jobs);

    await cluster.testbed.heal();
    const lost = await until("failed", () => status("away"), { fact: ({ phase }) => phase === "failed" });
    expect(lost.why).to.match(/^notebook: ./);
    const again = await ok("up", "away");
    expect(again.stderr).to.include("the last run was lost: ").and.include("engines: 1 of 1 registered");
    expect(await cluster.jobIds()).to.have.length(3);
  });

  it("tells that the node of controller and engines has died, and starts others beside the same notebook", async () => {
    const onNode = (word: string, node: string) => cluster.asRoot("qmod", word, `all.q@${node}`);
    await onNode("-d", "node3");
    await prepare("headless", 'cluster: { engines: 2, resources: { queue: "all.q@node2,all.q@node3" } }');
    const { stdout: url } = await ok("up", "headless");
    const before = await status("headless");
    const jobOf = ({ jobs }: Status, role: string) => jobs.find((job) => job.role === role);
    expect(jobOf(before, "controller")?.host).to.equal("node2");
    await cluster.testbed.fault("dead-node", { host: "node2" });
    // Grid Engine goes on to list its jobs as running.
    const lost = await until("degraded", () => status("headless"), {
      fact: ({ phase }) => phase === "degraded",
      seconds: 90,
    });
    expect(lost.why).to.match(/^controller: the notebook's host node\d cannot reach the controller on node2 \(/);
    expect(jobOf(lost, "controller")).to.include({ state: "running" });
    await onNode("-d", "node2");
    await onNode("-e", "node3");
    const again = await ok("up", "headless");
    expect(again.stdout).to.equal(url);
    expect(again.stderr).to.include("a new controller and its engines are started");
    const now = await status("headless");
    expect(now).to.include({ phase: "up" });
    expect(now.engines).to.include({ asked: 2, registered: 2 });
    expect(jobOf(now, "notebook")?.id).to.equal(jobOf(before, "notebook")?.id);
    expect(jobOf(now, "controller")?.host).to.equal("node3");
    const ids = '__import__("ipyparallel").Client(profile="headless").ids';
    expect(await cluster.print(url.trim(), `print(${ids})`)).to.equal("[0, 1]");
  });

  it("tells how a job ended that died at once, where Grid Engine writes such things down every 15 s", async () => {
    const flush = (time: string) => cluster.asRoot(...["sh", "-c", `${changeFlushTime}`, "sh", time]);
    await flush("00:00:15");
    try {
      await prepare("instant", "");
      const file = "instant/session.yaml";
      const text = await cluster.ok("laptop", ["cat", file]);
      await cluster.write("laptop", file, text.replace("venv:", 'setup: "exit 3", venv:'));
      const { exitCode, stderr } = await hpcnb("up", "instant");
      expect(exitCode, stderr).to.equal(1);
      expect(stderr).to.match(/The notebook job \(job \d+\) is lost: it has ended with exit code 3/);
    } finally {
      await flush("00:00:00");
    }
  });
});

const changeFlushTime =
  'qconf -sconf | sed "s/accounting_flush_time=[0-9:]*/accounting_flush_time=$1/" >/tmp/global && qconf -Mconf /tmp/global';
