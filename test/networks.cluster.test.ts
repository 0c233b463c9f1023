import { expect } from "chai";
import { type Cluster, projectDirectory, startCluster, until } from "./support/cluster.js";

const file = `${projectDirectory}/session.yaml`;

/** Each of the three on a node of its own, and what the site's network asks for. */
const sessionFile = (network = "") => `name: rnaseq
scheduler: sge
notebook: { directory: ~/rnaseq, environment: { venv: /home/shared/venv } }
resources: { native: [-l, hostname=node1] }
cluster:
  engines: 2
  restarts: 0
  resources: { native: [-l, "hostname=node2|node3"] }
  ${network}
`;

/** What a kernel of the notebook does with the session's cluster. */
const useCluster = `
import ipyparallel as ipp
client = ipp.Client(profile="rnaseq", timeout=60)
view = client[:]
print(sorted(set(view.apply_async(__import__("socket").gethostname).get(timeout=60))), sum(view.map_sync(abs, range(5))))
`;

/** The same with a cluster that is started there. */
const useOwnCluster = `
import ipyparallel as ipp
with ipp.Cluster(profile="rnaseq", n=1) as client:
    print(client[:].apply_async(abs, -7).get(timeout=60))
`;

describe("the controller, its engines and the notebook's kernels on a site's network", function () {
  this.timeout(240_000);
  let cluster: Cluster;

  const hpcnb = (...args: string[]) => cluster.run("login", ["hpcnb", ...args]);
  const up = async (network = "", limit = "100s") => {
    await cluster.write("login", file, sessionFile(network));
    return await hpcnb("up", "--timeout", limit, file);
  };
  const upWell = async (network = "") => {
    const { exitCode, stderr } = await up(network);
    expect(exitCode, stderr).to.equal(0);
  };
  /** As a kernel does on the notebook's node. */
  const inKernel = async (code: string) => {
    const words = ["env", `IPYTHONDIR=${projectDirectory}/.hpcnb/ipython`, "/home/shared/venv/bin/python", "-c", code];
    const { exitCode, stdout, stderr } = await cluster.run("node1", words);
    expect(exitCode, stderr).to.equal(0);
    return stdout.trim().split("\n").at(-1);
  };

  before(async function () {
    cluster = await startCluster(this, "networks");
  });

  afterEach(async () => {
    await hpcnb("down", file);
    await cluster.testbed.heal();
  });
  after(() => cluster?.testbed.down());

  it("meet over the network that joins their nodes, where names and other networks lead nowhere", async () => {
    await cluster.testbed.fault("two-networks");
    await cluster.testbed.fault("unknown-host-names");
    await upWell();
    expect(await inKernel(useCluster)).to.match(/^\['node\d-inside'.*\] 10$/);
  });

  it("use only the ports that cluster.ports names, also for a cluster that is started in the notebook", async () => {
    await cluster.testbed.fault("only-ports", { ports: "50000-50099", silent: true });
    await upWell("ports: 50000-50099\n  interface: inner");
    expect(await inKernel(useCluster)).to.match(/ 10$/);
    expect(await inKernel(useOwnCluster)).to.equal("[7]");
  });

  it("say which address could not be reached and why: of engines in status, of the notebook in up", async () => {
    await cluster.testbed.fault("only-ports", { ports: "50000-50001" });
    const { exitCode, stderr } = await up();
    expect(exitCode, stderr).to.equal(1);
    expect(stderr).to.match(
      /the notebook's host node1 cannot reach the controller on (node[23]) \(.*10\.77\.0\.1[23] on inner: connection refused at port \d+/,
    );
  });

  it("say it where there is only IPv6, too", async () => {
    await cluster.testbed.fault("only-ipv6");
    expect((await up("controller: notebook", "5s")).stderr).to.contain("HPCNB_TIMEOUT");
    const status = async () => (await hpcnb("status", file)).stdout;
    const said = await until("the engines' reason", status, {
      fact: (text) => text.includes("cannot reach"),
      seconds: 120,
    });
    expect(said).to.match(
      /engine \d on node[23] cannot reach the controller on node1 \(.*10\.77\.0\.11 on inner: no answer in 5 s at port \d+/,
    );
    expect(said).to.contain("IPv6 was not tried (fd77::11 on inner), for ipyparallel uses IPv4 only");
  });

  it("name the interfaces that there are, where cluster.interface is none of them", async () => {
    const { exitCode, stderr } = await up("interface: ib0");
    expect(exitCode, stderr).to.equal(1);
    expect(stderr).to.match(/node[23] has no network interface ib0 .* Those that it has: inner \(10\.77\.0\.1[23]\)\./);
  });
});
