import { expect } from "chai";
import { leftovers, nameHere, type Testbed, useTestbed } from "../src/index.js";
import { waitFor } from "../src/run.js";

const both = { name: nameHere("both"), schedulers: ["sge", "slurm"] } as const;
const bare = { name: nameHere("bare"), schedulers: ["slurm"], accounting: false, nodes: 1 } as const;

/** The tests go along one testbed, in their order: each leaves it healed and without jobs. */
describe("a testbed with Slurm beside Grid Engine", () => {
  const testbed = useTestbed({ before, after }, both);

  const { out, code, submit, stateOf, endOf } = commandsOn(testbed);

  it("runs the jobs of ordinary users on each node, with the node's own /tmp", async () => {
    for (const [user, node] of [
      ["alice", "node1"],
      ["bob", "node2"],
      ["alice", "node3"],
    ] as const) {
      const id = await submit(user, `hostname; id -un; echo $$ > /tmp/of-${user}-on-${node}`, ["-w", node]);
      expect(await endOf(id)).to.equal("COMPLETED");
      expect(await out("login", user, ["cat", `slurm-${id}.out`])).to.equal(`${node}\n${user}`);
      expect(await code(node, user, ["test", "-s", `/tmp/of-${user}-on-${node}`])).to.equal(0);
    }
    expect(await code("node2", "alice", ["test", "-e", "/tmp/of-alice-on-node1"])).to.equal(1);
  });

  it("spreads an array over its nodes, and keeps account of each task", async () => {
    const id = await submit("alice", "hostname > task-$SLURM_ARRAY_TASK_ID; exit $SLURM_ARRAY_TASK_ID", [
      "--array=0-2",
    ]);
    const end = () => out("login", "alice", ["sacct", "-nXP", "-j", id, "-o", "JobID,State,ExitCode"]);
    const ends = [`${id}_0|COMPLETED|0:0`, `${id}_1|FAILED|1:0`, `${id}_2|FAILED|2:0`].join("\n");
    await waitFor("the ends in sacct", 60_000, async () => (await end()) === ends);
    const hosts = await out("login", "alice", ["cat", "task-0", "task-1", "task-2"]);
    expect(hosts.split("\n").sort()).to.deep.equal(["node1", "node2", "node3"]);
  });

  it("has Grid Engine beside it", async () => {
    await out("login", "alice", ["qsub", "-sync", "y", "-cwd", "-o", "sge.out", "-b", "y", "hostname"]);
    expect(await out("login", "alice", ["cat", "sge.out"])).to.match(/^node[123]$/);
    expect(await out("login", "bob", ["bash", "-lc", "command -v qsub sbatch"])).to.equal(
      "/usr/bin/qsub\n/usr/bin/sbatch",
    );
    expect(await code("laptop", "alice", ["sinfo"])).not.to.equal(0);
  });

  it("tells why jobs wait: their partition is down, or a limit of their QOS is reached", async () => {
    const closed = await submit("alice", "true", ["--partition=closed"]);
    const first = await submit("alice", "sleep 1000", ["--qos=single"]);
    const second = await submit("alice", "sleep 1000", ["--qos=single"]);
    const reason = (id: string) => out("login", "alice", ["squeue", "-h", "-j", id, "-o", "%T %r"]);
    await waitFor("the first job of the QOS", 60_000, async () => (await reason(first)) === "RUNNING None");
    await waitFor("the limit", 60_000, async () => (await reason(second)) === "PENDING QOSMaxJobsPerUserLimit");
    expect(await reason(closed)).to.equal("PENDING PartitionDown");
    await out("login", "alice", ["scancel", closed, first, second]);
    expect(await endOf(first)).to.match(/^CANCELLED by /);
  });

  it("ends a job that has more in memory than it asked for", async () => {
    const script = "exec python3 -c 'import time; x = bytearray(300_000_000); time.sleep(1000)'";
    const id = await submit("alice", script, ["--mem=50M"]);
    expect(await endOf(id)).to.equal("FAILED");
    expect(await out("login", "alice", ["cat", `slurm-${id}.out`])).to.contain("Exceeded job memory limit");
  });

  it("preempts jobs of the spare partition", async () => {
    const spare = await submit("alice", "sleep 1000", ["--partition=spare", "--no-requeue", "-w", "node1", "-c", "8"]);
    await waitFor("a start", 60_000, async () => (await stateOf(spare)) === "RUNNING");
    expect(await endOf(await submit("bob", "true", ["-w", "node1"]))).to.equal("COMPLETED");
    expect(await stateOf(spare)).to.equal("PREEMPTED");
  });

  it("loses the job of a node that dies, and takes jobs again when it is back", async () => {
    const id = await submit("alice", "sleep 1000", ["-w", "node3", "--no-requeue"]);
    await waitFor("a start", 60_000, async () => (await stateOf(id)) === "RUNNING");
    await testbed().fault("dead-node");
    await testbed().heal();
    expect(await endOf(id)).to.equal("NODE_FAIL");
    expect(await endOf(await submit("alice", "true", ["-w", "node3"]))).to.equal("COMPLETED");
  });

  it("stops both schedulers; jobs go on", async () => {
    const id = await submit("alice", "sleep 1000", []);
    await waitFor("a start", 60_000, async () => (await stateOf(id)) === "RUNNING");
    await testbed().fault("scheduler-stopped");
    expect(await code("login", "alice", ["scontrol", "ping"])).not.to.equal(0);
    expect(await code("login", "alice", ["qstat"])).not.to.equal(0);
    await testbed().heal();
    expect(await out("login", "alice", ["squeue", "-h", "-o", "%A %T"])).to.equal(`${id} RUNNING`);
    await out("login", "alice", ["scancel", id]);
    expect(await code("login", "alice", ["qstat"])).to.equal(0);
  });

  it("stops the accounting; jobs start nevertheless, and are accounted for later", async () => {
    await testbed().fault("accounting-stopped");
    expect((await testbed().exec("login", "alice", ["sacct"])).stderr).to.contain("Connection refused");
    const id = await submit("alice", "exit 3", []);
    const seen = () => out("login", "alice", ["scontrol", "-o", "show", "job", id]);
    await waitFor("the end in scontrol", 60_000, async () => (await seen()).includes("JobState=FAILED"));
    await testbed().heal();
    expect(await endOf(id)).to.equal("FAILED");
  });

  it("leaves nothing when it goes down", async () => {
    await submit("alice", "sleep 1000", []);
    await testbed().down();
    expect(await leftovers(both.name)).to.deep.equal([]);
  });
});

describe("a testbed with Slurm alone, without accounting", () => {
  const testbed = useTestbed({ before, after }, bare);

  const { code, submit } = commandsOn(testbed);

  it("runs jobs, and has no history of them", async () => {
    const id = await submit("alice", "hostname", []);
    const file = () => testbed().exec("login", "alice", ["cat", `slurm-${id}.out`]);
    await waitFor("what the job wrote", 60_000, async () => (await file()).stdout === "node1\n");
    expect((await testbed().exec("login", "alice", ["sacct"])).stderr).to.contain("accounting storage is disabled");
    const error = await testbed()
      .fault("accounting-stopped")
      .catch((reason: Error) => reason.message);
    expect(error).to.equal("accounting-stopped is not possible: this testbed has no daemon for it");
  });

  it("shows no other scheduler, also where the machine has its programs", async () => {
    for (const host of testbed().hosts) {
      expect(await code(host, "alice", ["bash", "-lc", "command -v qsub || command -v qconf"])).to.equal(1);
    }
  });
});

function commandsOn(testbed: () => Testbed) {
  const out = async (host: string, user: string, argv: string[], stdin = "") => {
    const result = await testbed().exec(host, user, argv, { stdin, timeoutMs: 60_000 });
    expect(result.exitCode, `${argv.join(" ")}: ${result.stderr}`).to.equal(0);
    return result.stdout.trim();
  };
  const code = async (host: string, user: string, argv: string[]) => (await testbed().exec(host, user, argv)).exitCode;
  const submit = (user: string, script: string, words: string[]) =>
    out("login", user, ["sbatch", "--parsable", ...words], `#!/bin/sh\n${script}\n`);
  const stateOf = (id: string) => out("login", "root", ["sacct", "-nXP", "-j", id, "-o", "State"]);
  /** What the accounts say of a job, after its end. */
  const endOf = async (id: string) => {
    let state = "";
    await waitFor(`the end of job ${id} in sacct`, 60_000, async () => {
      state = await stateOf(id);
      return !["", "PENDING", "RUNNING"].includes(state);
    });
    return state;
  };
  return { out, code, submit, stateOf, endOf };
}
