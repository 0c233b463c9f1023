import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { leftovers, nameHere, startTestbed, useTestbed } from "../src/index.js";
import { run, waitFor } from "../src/run.js";

const options = { name: nameHere("test"), nodes: 2 };
const ssh = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"];

/** The tests go along one testbed, in their order: each leaves it healed. */
describe("a testbed", () => {
  const testbed = useTestbed({ before, after }, options);

  const out = async (host: string, user: string, argv: string[], stdin = "") => {
    const result = await testbed().exec(host, user, argv, { stdin, timeoutMs: 30_000 });
    expect(result.exitCode, `${argv.join(" ")}: ${result.stderr}`).to.equal(0);
    return result.stdout.trim();
  };
  const code = async (host: string, user: string, argv: string[]) =>
    (await testbed().exec(host, user, argv, { timeoutMs: 30_000 })).exitCode;
  /** Milliseconds: the quickest of several, for the others waited for the machine. */
  const roundTrip = async (from: string, to: string) =>
    Number(await out(from, "alice", ["/usr/bin/python3", "-c", timeConnect, to]));
  const submit = (words: string[], script: string) =>
    out("login", "alice", ["qsub", "-terse", "-sync", "y", "-cwd", "-j", "y", "-S", "/bin/sh", ...words], script);

  it("is taken as it is by a second start", async () => {
    expect((await startTestbed(options)).isNew).to.equal(false);
  });

  it("gives programs their standard input and returns their exit code", async () => {
    expect(await out("laptop", "alice", ["cat"], "a\nb")).to.equal("a\nb");
    expect(await code("laptop", "alice", ["sh", "-c", "exit 7"])).to.equal(7);
  });

  it("has hosts with their own name, /tmp and processes", async () => {
    for (const host of testbed().hosts) expect(await out(host, "alice", ["hostname"])).to.equal(host);
    await out("node1", "alice", ["touch", "/tmp/mine"]);
    expect(await code("node2", "alice", ["test", "-e", "/tmp/mine"])).to.equal(1);
    expect(await out("node1", "root", ["sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline"])).to.match(/^hpcnb-init-node1 /);
  });

  it("gives users what they need on PATH", async () => {
    expect(await out("laptop", "alice", ["sh", "-c", "pwd; id -un; node -p 1+1"])).to.equal("/home/alice\nalice\n2");
    expect(await out("node1", "alice", ["/home/shared/venv/bin/jupyter", "lab", "--version"])).to.match(/^4\./);
  });

  it("does not feel what happens to the machine's /etc", async () => {
    // As every useradd and many packages do it: the file is edited in a copy, which is renamed onto
    // it. Here nothing is changed.
    const before = readFileSync("/etc/passwd", "utf8");
    for (const edit of [["vipw"], ["vipw", "-s"], ["vigr"]]) {
      await run(["env", "EDITOR=touch -d yesterday", "VISUAL=touch -d yesterday", ...edit, "-q"]);
    }
    expect(readFileSync("/etc/passwd", "utf8")).to.equal(before);
    for (const host of testbed().hosts) {
      expect(await out(host, "alice", ["sh", "-c", "id -un; hostname; cat /etc/hostname"])).to.equal(
        `alice\n${host}\n${host}`,
      );
    }
    await out("node1", "root", ["useradd", "--no-create-home", "guest"]);
    expect(await out("node1", "root", ["id", "-un", "guest"])).to.equal("guest");
    expect(await code("node2", "root", ["id", "guest"])).to.equal(1);
    expect(readFileSync("/etc/passwd", "utf8")).not.to.match(/^(alice|bob|guest):/m);
  });

  it("shares /home among login and nodes, and not with laptop", async () => {
    await out("login", "alice", ["sh", "-c", "echo hello > shared-file"]);
    expect(await out("node2", "alice", ["cat", "shared-file"])).to.equal("hello");
    expect(await code("laptop", "alice", ["test", "-e", "shared-file"])).to.equal(1);
  });

  it("lets laptop reach login by ssh, and the nodes only through it", async () => {
    expect(await out("laptop", "alice", [...ssh, "login", "hostname"])).to.equal("login");
    expect(await out("laptop", "alice", [...ssh, "-J", "login", "node2", "hostname"])).to.equal("node2");
    expect(await out("login", "bob", [...ssh, "node1", "hostname"])).to.equal("node1");
    const direct = await testbed().exec("laptop", "alice", ["bash", "-c", "echo > /dev/tcp/10.77.0.11/22"]);
    expect(direct.exitCode).to.equal(1);
    expect(direct.stderr).to.contain("Network is unreachable");
    expect(await code("laptop", "alice", [...ssh, "node1", "true"])).to.equal(255);
  });

  it("keeps one user's files from the other", async () => {
    await out("login", "alice", ["sh", "-c", "umask 077; echo mine > secret"]);
    await out("login", "alice", ["chmod", "755", "/home/alice"]);
    for (const host of ["login", "node1"]) expect(await code(host, "bob", ["cat", "/home/alice/secret"])).to.equal(1);
  });

  it("runs jobs on its nodes", async () => {
    await submit(["-o", "job.out", "-l", "h_vmem=4G"], "hostname; echo $NSLOTS\n");
    expect(await out("login", "alice", ["cat", "job.out"])).to.match(/^node[12]\n1$/);
    // No task ends before all are there, so that none can have the place of another one.
    const barrier =
      "mkdir -p there; hostname; touch there/$SGE_TASK_ID; until test -e there/4 -a -e there/3 -a -e there/2 -a -e there/1; do sleep 0.1; done\n";
    await submit(["-o", "array.out", "-t", "1-4", "-pe", "smp", "4", "-l", "h_rt=25"], barrier);
    const hosts = (await out("login", "alice", ["cat", "array.out"])).split("\n").sort();
    expect(hosts).to.deep.equal(["node1", "node1", "node2", "node2"]);
  });

  it("lets the nodes lag behind the storage", async () => {
    await testbed().fault("storage-lag");
    expect(await code("node1", "alice", ["cat", "late"])).to.equal(1);
    await out("login", "alice", ["sh", "-c", "echo there > late"]);
    expect(await out("login", "alice", ["cat", "late"])).to.equal("there");
    expect(await code("node1", "alice", ["cat", "late"])).to.equal(1);
    await testbed().heal();
    expect(await out("node1", "alice", ["cat", "late"])).to.equal("there");
  });

  it("lets login lag behind the storage", async () => {
    await out("node1", "alice", ["sh", "-c", "echo old > changing"]);
    await testbed().fault("storage-lag", { host: "login" });
    // What has been seen of a file is its size too: no more than that is read of what is longer
    // now.
    expect(await out("login", "alice", ["stat", "-c", "%s", "changing"])).to.equal("4");
    await out("node1", "alice", ["sh", "-c", "echo old and new > changing"]);
    expect(await out("login", "alice", ["stat", "-c", "%s", "changing"])).to.equal("4");
    expect(await out("login", "alice", ["cat", "changing"])).to.equal("old");
    await testbed().heal();
    expect(await out("login", "alice", ["cat", "changing"])).to.equal("old and new");
  });

  it("cuts laptop off", async () => {
    await testbed().fault("cut");
    expect(await code("laptop", "alice", [...ssh, "login", "true"])).to.equal(255);
    await testbed().heal();
    expect(await code("laptop", "alice", [...ssh, "login", "true"])).to.equal(0);
  });

  it("cuts login off from laptop and nodes", async () => {
    await testbed().fault("cut", { host: "login" });
    for (const host of ["laptop", "node1"]) expect(await code(host, "alice", [...ssh, "login", "true"])).to.equal(255);
    await testbed().heal();
    for (const host of ["laptop", "node1"]) expect(await code(host, "alice", [...ssh, "login", "true"])).to.equal(0);
  });

  it("slows laptop's network down", async () => {
    await testbed().fault("slow-network");
    expect(await roundTrip("laptop", "login")).to.be.at.least(100);
    // Longer than a segment: what is left to the network card's hardware must be carried along.
    expect(await out("laptop", "alice", [...ssh, "login", "wc", "-c"], "x".repeat(300_000))).to.equal("300000");
    await testbed().heal();
    expect(await roundTrip("laptop", "login")).to.be.below(100);
  });

  it("slows login's network down for laptop and nodes", async () => {
    await testbed().fault("slow-network", { host: "login" });
    for (const host of ["laptop", "node1"]) expect(await roundTrip(host, "login"), host).to.be.at.least(100);
    await testbed().heal();
    for (const host of ["laptop", "node1"]) expect(await roundTrip(host, "login"), host).to.be.below(100);
  });

  it("slows the network down whatever the caller's Python is told, each time", async () => {
    const before = process.env.PYTHONUNBUFFERED;
    process.env.PYTHONUNBUFFERED = "1";
    try {
      for (let count = 0; count < 6; count++) {
        await testbed().fault("slow-network");
        expect(await code("laptop", "alice", [...ssh, "login", "true"]), `round ${count}`).to.equal(0);
        await testbed().heal();
      }
    } finally {
      if (before === undefined) delete process.env.PYTHONUNBUFFERED;
      else process.env.PYTHONUNBUFFERED = before;
    }
  });

  it("kills a node", async () => {
    const [broken] = await testbed().fault("dead-node");
    expect(broken?.host).to.equal("node2");
    expect((await testbed().status()).hosts).to.deep.include({ name: "node2", alive: false });
    expect(await code("login", "alice", [...ssh, "node2", "true"])).to.equal(255);
    await testbed().heal();
    expect(await out("login", "alice", [...ssh, "node2", "hostname"])).to.equal("node2");
    await submit(["-o", "revived.out", "-l", "hostname=node2"], "hostname\n");
    expect(await out("login", "alice", ["cat", "revived.out"])).to.equal("node2");
  });

  it("stops the scheduler", async () => {
    await testbed().fault("scheduler-stopped");
    expect(await code("login", "alice", ["qstat"])).not.to.equal(0);
    await testbed().heal();
    expect(await code("login", "alice", ["qstat"])).to.equal(0);
  });

  it("takes ssh to the nodes away", async () => {
    await testbed().fault("no-ssh-to-nodes");
    expect(await code("login", "alice", [...ssh, "node1", "true"])).to.equal(255);
    expect(await code("laptop", "alice", [...ssh, "login", "true"])).to.equal(0);
    await testbed().heal();
    expect(await code("login", "alice", [...ssh, "node1", "true"])).to.equal(0);
  });

  it("fills a directory's disk on all of the cluster", async () => {
    await out("login", "alice", ["sh", "-c", "mkdir project; echo kept > project/notes"]);
    await testbed().fault("full-disk", { directory: "/home/alice/project" });
    for (const host of ["login", "node1"]) {
      const written = await testbed().exec(host, "alice", ["sh", "-c", "LC_ALL=C ls -l / > project/new"]);
      expect(written.stderr).to.contain("No space left on device");
      expect(await out(host, "alice", ["cat", "project/notes"])).to.equal("kept");
    }
    await testbed().heal();
    await out("node1", "alice", ["sh", "-c", "echo more > project/fits"]);
    expect(await out("login", "alice", ["cat", "project/notes", "project/fits"])).to.equal("kept\nmore");
  });

  it("says what it does not know", async () => {
    await expectError(testbed().fault("earthquake"), "there is no fault earthquake");
    await expectError(
      testbed().fault("dead-node", { host: "laptop" }),
      "dead-node is not possible on laptop, only on node1, node2",
    );
    await expectError(testbed().exec("node9", "alice", ["true"]), "there is no host node9");
    await expectError(testbed().exec("login", "carol", ["true"]), "there is no user carol");
  });

  it("ends a program with the one who started it", async () => {
    const slow = testbed().exec("node1", "alice", ["sleep", "1000"], { timeoutMs: 500 });
    await expectError(slow, "did not end within 0.5 s");
    const isGone = async () => (await code("node1", "alice", ["pgrep", "-x", "sleep", "-u", "alice"])) === 1;
    await waitFor("the end of sleep", 60_000, isGone);
  });

  it("leaves nothing when it goes down, also with a fault, and comes up again", async () => {
    await testbed().fault("storage-lag", { host: "node1" });
    await testbed().fault("slow-network");
    await testbed().down();
    expect(await leftovers(options.name)).to.deep.equal([]);
    expect(existsSync(`/run/hpcnb-testbed/${options.name}`)).to.equal(false);
    const again = await startTestbed({ ...options, nodes: 3 });
    expect(again.isNew).to.equal(true);
    expect((await again.exec("laptop", "alice", [...ssh, "login", "qstat"])).exitCode).to.equal(0);
  });
});

const timeConnect = `
import socket, sys, time
def connect():
    start = time.perf_counter()
    socket.create_connection((sys.argv[1], 22), timeout=5).close()
    return time.perf_counter() - start
print(min(connect() for _ in range(5)) * 1000)
`;

async function expectError(promise: Promise<unknown>, words: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error?.message).to.contain(words);
}
