import { expect } from "chai";
import { inHost } from "../src/hosts.js";
import { nameHere, useTestbed } from "../src/index.js";
import { inNamespace } from "../src/network.js";
import { pathsOf, switchHost } from "../src/site.js";
import { type Fault, readState, type State, writeState } from "../src/state.js";

const name = nameHere("half");
const ssh = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"];

/**
 * What there is after `fault` or `heal` was killed between any two of its steps: written down, and
 * half done.
 */
describe("a fault that was half made or half undone is undone by heal", () => {
  const testbed = useTestbed({ before, after }, { name, nodes: 2 });
  let state: State;

  before(async () => {
    state = (await readState(name)) as State;
  });

  const note = (...faults: Fault[]) => writeState({ ...state, faults });
  const onSwitch = (lines: string[]) => inNamespace(state.site, switchHost, lines);
  const code = async (host: string, argv: string[]) =>
    (await testbed().exec(host, "alice", argv, { timeoutMs: 30_000 })).exitCode;
  const heal = async () => {
    await testbed().heal();
    expect((await testbed().status()).faults).to.deep.equal([]);
  };

  it("storage-lag, without its second mount or without any", async () => {
    await testbed().fault("storage-lag");
    await testbed().exec("node1", "root", ["umount", "--lazy", "/home/shared/venv"]);
    await testbed().exec("node2", "root", ["umount", "--lazy", "/home"]);
    await heal();
    for (const node of ["node1", "node2"]) {
      expect((await testbed().exec(node, "root", ["findmnt", "-n", "-t", "fuse"])).stdout).to.equal("");
      expect(await code(node, ["test", "-x", "/home/shared/venv/bin/python"])).to.equal(0);
    }
  });

  it("slow-network, without the program or with the plug left outside of its bridge", async () => {
    await note({ name: "slow-network", host: "laptop" });
    await onSwitch(["link add n-outer-laptop type veth peer name f-outer-laptop", "link set outer-laptop nomaster"]);
    await heal();
    expect(await code("laptop", [...ssh, "login", "true"])).to.equal(0);
    await note({ name: "slow-network", host: "laptop" });
    await onSwitch(["link set outer-laptop nomaster"]);
    await heal();
    expect(await code("laptop", [...ssh, "login", "true"])).to.equal(0);
  });

  it("cut, of one cable of two", async () => {
    await note({ name: "cut", host: "login" });
    await inNamespace(state.site, "login", ["link set inner down"]);
    await heal();
    expect(await code("node1", [...ssh, "login", "true"])).to.equal(0);
  });

  it("dead-node, started again without its daemons", async () => {
    await note({ name: "dead-node", host: "node2" });
    await testbed().exec("node2", "root", ["sh", "-c", "kill $(cat /run/sshd.pid); pkill sge_execd"]);
    await heal();
    expect(await code("login", [...ssh, "node2", "true"])).to.equal(0);
    expect(await code("login", ["qsub", "-sync", "y", "-b", "y", "-l", "hostname=node2,h_rt=25", "true"])).to.equal(0);
  });

  it("dead-node together with a cut and a stopped scheduler", async () => {
    await testbed().fault("scheduler-stopped");
    await testbed().fault("cut", { host: "node2" });
    await testbed().fault("dead-node", { host: "node2" });
    await heal();
    expect(await code("login", ["qsub", "-sync", "y", "-b", "y", "-l", "hostname=node2,h_rt=25", "true"])).to.equal(0);
  });

  it("scheduler-stopped and no-ssh-to-nodes, written down only", async () => {
    await note({ name: "scheduler-stopped", host: "login" }, { name: "no-ssh-to-nodes", host: "node1" });
    await heal();
    expect(await code("login", ["qstat"])).to.equal(0);
    expect(await code("login", [...ssh, "node1", "true"])).to.equal(0);
  });

  it("full-disk, with its disk still in its first place", async () => {
    const disk = `${pathsOf(name).state}/full-disk`;
    await note({ name: "full-disk", host: "login", directory: "/home/alice/full" });
    await inHost(state.site, switchHost, ["sh", "-euc", `mkdir -p ${disk}; mount -t tmpfs half ${disk}`]);
    await heal();
    expect(await inHost(state.site, switchHost, ["findmnt", "-n", "-o", "TARGET"])).not.to.contain(disk);
  });
});
