import { expect } from "chai";
import { nameHere, useTestbed } from "../src/index.js";
import { waitFor } from "../src/run.js";

const ssh = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"];
/** Ports that a program listens on, on every host. */
const [inRange, outside] = [50_500, 40_500];

/** The tests go along one testbed, in their order: each leaves it healed. */
describe("a testbed whose network does not let everything pass", () => {
  const testbed = useTestbed(
    { before, after },
    { name: nameHere("net"), nodes: 2, schedulers: ["sge", "slurm"], accounting: false, privateTmp: true },
  );

  before(async function () {
    this.timeout("10m");
    for (const host of ["login", "node1", "node2"]) {
      for (const port of [inRange, outside]) {
        const serve = `cd /tmp; python3 -m http.server ${port} --bind :: >/dev/null 2>&1 &`;
        await testbed().exec(host, "alice", ["sh", "-c", serve]);
        await waitFor(`a server on ${host}`, 60_000, async () => (await connect("login", host, port)) === "connected");
      }
    }
  });

  /** "connected", or the error: ETIMEDOUT when nothing was heard for 2 s. */
  const connect = async (from: string, to: string, port: number) => {
    const { stdout } = await testbed().exec(from, "alice", ["/usr/bin/python3", "-c", tryConnecting, to, String(port)]);
    return stdout.trim();
  };
  const out = async (host: string, argv: string[], stdin = "") => {
    const result = await testbed().exec(host, "alice", argv, { stdin });
    expect(result.exitCode, `${argv.join(" ")}: ${result.stdout}${result.stderr}`).to.equal(0);
    return result.stdout.trim();
  };
  const runOnGridEngine = async (node: string, script: string) => {
    const words = ["-sync", "y", "-cwd", "-j", "y", "-o", "sge.out", "-S", "/bin/sh", "-l", `hostname=${node}`];
    await out("login", ["sh", "-c", 'rm -f sge.out; exec qsub "$@"', "sh", ...words], script);
    return await out("login", ["cat", "sge.out"]);
  };
  const runOnSlurm = async (node: string, script: string) => {
    await out("login", ["sbatch", "--wait", "-w", node, "-o", "slurm.out"], `#!/bin/sh\n${script}`);
    return await out("login", ["cat", "slurm.out"]);
  };
  const schedulersGoOn = async (name = "node1") => {
    expect(await runOnGridEngine("node1", "hostname\n")).to.equal(name);
    expect(await runOnSlurm("node1", "hostname\n")).to.equal(name);
  };

  it("lets nodes reach login, and not the other way round", async () => {
    await testbed().fault("nodes-cannot-be-reached-from-login");
    for (const port of [22, inRange]) expect(await connect("login", "node1", port)).to.equal("ECONNREFUSED");
    expect(await connect("node1", "login", inRange)).to.equal("connected");
    expect(await connect("node1", "node2", inRange)).to.equal("connected");
    await schedulersGoOn();
    await testbed().heal();
    expect(await connect("login", "node1", inRange)).to.equal("connected");
  });

  it("answers nothing at all if it is to be silent", async () => {
    await testbed().fault("nodes-cannot-be-reached-from-login", { silent: true });
    expect(await connect("login", "node1", inRange)).to.equal("ETIMEDOUT");
    await testbed().heal();
    await testbed().fault("no-ssh-to-nodes", { silent: true });
    expect(await connect("login", "node1", 22)).to.equal("ETIMEDOUT");
    expect(await connect("login", "node1", inRange)).to.equal("connected");
    await testbed().heal();
    expect(await out("login", [...ssh, "node1", "hostname"])).to.equal("node1");
  });

  it("lets only a range of ports pass", async () => {
    await testbed().fault("only-ports", { ports: "50000-51000" });
    for (const [from, to] of [
      ["login", "node1"],
      ["node1", "node2"],
      ["node1", "login"],
    ] as const) {
      expect(await connect(from, to, inRange)).to.equal("connected");
      expect(await connect(from, to, outside)).to.equal("ECONNREFUSED");
      expect(await connect(from, to, 22)).to.equal("connected");
    }
    await schedulersGoOn();
    await testbed().heal();
    expect(await connect("node1", "node2", outside)).to.equal("connected");
  });

  it("gives nodes a second network, listed first, that goes nowhere", async () => {
    await testbed().fault("two-networks");
    expect(await out("node1", ["hostname", "-I"])).to.match(/^10\.79\.0\.11 10\.77\.0\.11\b/);
    expect(await out("node1", ["getent", "ahostsv4", "node1"])).to.match(/^10\.79\.0\.11 .*/);
    expect(await connect("node1", "10.79.0.12", inRange)).not.to.equal("connected");
    expect(await connect("login", "10.79.0.12", inRange)).to.equal("ENETUNREACH");
    expect(await connect("login", "node1", inRange)).to.equal("connected");
    await schedulersGoOn();
    await testbed().heal();
    expect(await out("node1", ["getent", "ahostsv4", "node1"])).not.to.contain("10.79");
  });

  it("has nodes call themselves by names that no other host knows", async () => {
    await testbed().fault("unknown-host-names");
    expect(await out("node1", ["hostname"])).to.equal("node1-inside");
    expect(await connect("node1", "node1-inside", inRange)).to.equal("connected");
    expect(await connect("login", "node1-inside", inRange)).to.equal("unknown name");
    await schedulersGoOn("node1-inside");
    await testbed().heal();
    expect(await out("node1", ["hostname"])).to.equal("node1");
  });

  it("leaves IPv6 as the only way", async () => {
    await testbed().fault("only-ipv6");
    expect(await connect("node1", "node2", inRange)).to.equal("connected");
    expect(await connect("node1", "10.77.0.12", inRange)).to.equal("ETIMEDOUT");
    expect(await out("login", [...ssh, "node1", "hostname"])).to.equal("node1");
    await schedulersGoOn();
    await testbed().heal();
    expect(await connect("node1", "10.77.0.12", inRange)).to.equal("connected");
    expect(await out("node1", ["getent", "hosts", "node2"])).to.match(/^10\.77\.0\.12 /);
  });

  it("gives each job a /tmp of its own, which no login to the node sees", async () => {
    // One job sees its own file, and what ssh shows it of the same node at that time has none.
    const script = `touch /tmp/own; ls /tmp | grep -c own; ${ssh.join(" ")} node1 ls /tmp | grep -c own || true\n`;
    for (const runJob of [runOnGridEngine, runOnSlurm]) {
      expect(await runJob("node1", script)).to.equal("1\n0");
    }
  });

  it("needs to be told which ports", async () => {
    for (const ports of [undefined, "ssh", "51000-50000", "0-70000"]) {
      const error = await testbed()
        .fault("only-ports", { ports })
        .then(
          () => undefined,
          (caught: Error) => caught,
        );
      expect(error?.message).to.equal("only-ports needs --ports A-B, such as 50000-51000");
    }
    await testbed().heal();
  });
});

const tryConnecting = `
import errno, socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2).close()
    print("connected")
except socket.gaierror:
    print("unknown name")
except socket.timeout:
    print("ETIMEDOUT")
except OSError as error:
    print(errno.errorcode[error.errno])
`;
