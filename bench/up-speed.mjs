/**
 * From the moment that the notebook's job runs to the moment that its URL answers on the laptop, on
 * a testbed with a real Grid Engine, and on one with a real Slurm: `hpcnb up` against the same
 * server started by a hand-written job script and forwarded by an ssh that is open already. At most
 * 1.25 times. Also what `up`, `status` and `connect` cost on a near network and on one of 100 ms a
 * round trip: seconds, logins at the submit node, calls of ssh (nearly all of them a remote command
 * over that login) and of the scheduler. An `up` logs in once.
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { callsSince, countCalls } from "./lib/counted-calls.mjs";
import { cleanEnvironment } from "./lib/environment.mjs";
import { schedulers } from "./lib/schedulers.mjs";
import { hold, median, printTable } from "./lib/table.mjs";
import { withTestbed } from "./lib/testbed.mjs";

const runs = 5;
const port = 8877;
const project = "/home/alice/rnaseq";

/** Both jobs begin with it: nanoseconds since 1970, and all hosts have the machine's clock. */
const mark = `date +%s%N > ${project}/running`;

const sessionOn = ({ name, onNode1 }) => `name: rnaseq
scheduler: ${name}
host: login
notebook:
  directory: ${project}
  environment: { venv: /home/shared/venv, setup: "${mark}" }
resources: ${onNode1}
tunnel: { localPort: ${port} }
`;

const floor = `#!/bin/bash
${mark}
exec /home/shared/venv/bin/jupyter lab --no-browser --sock=/tmp/floor.sock
`;

for (const scheduler of schedulers) {
  console.log(`\n${scheduler.title}`);
  const options = { name: "bench", nodes: 1, schedulers: [scheduler.name] };
  await withTestbed(options, (testbed) => compare(testbed, scheduler));
}

async function compare(testbed, scheduler) {
  const run = async (host, argv, input) => {
    const { exitCode, stdout, stderr } = await testbed.exec(host, "alice", argv, { stdin: input ?? "" });
    if (exitCode !== 0) throw new Error(`${argv.join(" ")} on ${host}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const shell = (host, text, input) => run(host, ["sh", "-euc", text], input);
  await shell("login", `mkdir -p ${project}`);
  await shell("laptop", "cat > session.yaml", sessionOn(scheduler));
  await countCalls(shell, scheduler.commands);
  // Neither is to pay for what a first start reads from disk.
  await up();
  await byHand();
  const seconds = { "by hand": [], "hpcnb up": [] };
  const logins = [];
  const sshdLog = `/var/lib/hpcnb-testbed/${testbed.name}/hosts/login/sshd.log`;
  const countLogins = async () => (await readFile(sshdLog, "utf8")).split("Accepted").length - 1;
  for (let count = 0; count < runs; count++) {
    seconds["by hand"].push(await byHand());
    await shell("laptop", "pkill -x ssh || true");
    const before = await countLogins();
    seconds["hpcnb up"].push(
      await up(async () => {
        logins.push((await countLogins()) - before);
      }),
    );
  }
  console.log(`seconds from "job running" to "URL answers on the laptop", ${runs} runs each, alternating`);
  printTable(seconds, 2);
  hold("ratio of medians", median(seconds["hpcnb up"]) / median(seconds["by hand"]), 1.25);
  hold("logins of an up from the laptop, of all runs the most", Math.max(...logins), 1);
  await compareNetworks();

  async function compareNetworks() {
    console.log("what a command costs from the laptop, on a near network and on one of 100 ms a round trip");
    for (const network of ["near", "100 ms"]) {
      if (network !== "near") await testbed.fault("slow-network");
      await shell("laptop", "pkill -x ssh || true");
      await tell(network, "up");
      await tell(network, "status");
      await run("laptop", ["hpcnb", "disconnect", "session.yaml"]);
      await tell(network, "connect");
      await run("laptop", ["hpcnb", "down", "session.yaml"]);
    }
    await testbed.heal();
  }

  /** A row of what one command costs. */
  async function tell(network, command) {
    const before = await countLogins();
    await callsSince(shell);
    const start = performance.now();
    await shell("laptop", `PATH=$HOME/count:$PATH hpcnb ${command} session.yaml 2>&1`);
    const seconds = ((performance.now() - start) / 1000).toFixed(2);
    const calls = Object.entries(await callsSince(shell)).map(([name, count]) => `${count} ${name}`);
    const made = (await countLogins()) - before;
    console.log(`${network.padEnd(8)}${command.padEnd(9)}${seconds} s, ${made} logins, ${calls.join(", ")}`);
  }

  async function up(look = async () => {}) {
    const answered = firstAnswer();
    await shell("laptop", "PATH=$HOME/count:$PATH hpcnb up session.yaml 2>&1");
    const time = (await answered) - (await running());
    await look();
    await run("laptop", ["hpcnb", "down", "session.yaml"]);
    return time;
  }

  async function byHand() {
    const argv = await testbed.command("laptop", "alice", [
      ...["ssh", "-N", "-J", "login", "-o", "ExitOnForwardFailure=yes", "-L", `${port}:/tmp/floor.sock`, "node1"],
    ]);
    const forward = spawn(argv[0], argv.slice(1), { stdio: "ignore", env: cleanEnvironment() });
    const ended = new Promise((done) => forward.once("exit", done));
    await shell("laptop", `until ss -Hltn | grep -q 127.0.0.1:${port}; do sleep 0.05; done`);
    const answered = firstAnswer();
    const submit = scheduler.submit({ log: `${project}/floor.log`, node: "node1" });
    const id = await shell("login", submit, floor);
    const time = (await answered) - (await running());
    await shell("login", `${scheduler.cancel} ${id} && while ${scheduler.list} | grep -q .; do sleep 0.1; done`);
    await shell("node1", "rm -f /tmp/floor.sock");
    forward.kill();
    await ended;
    await shell("laptop", `while ss -Hltn | grep -q 127.0.0.1:${port}; do sleep 0.05; done`);
    return time;
  }

  /** Seconds since 1970 at which the port on the laptop answers. */
  async function firstAnswer() {
    const ask = `until curl --silent --fail --max-time 5 --output /dev/null http://127.0.0.1:${port}/api; do sleep 0.01; done`;
    return Number(await shell("laptop", `${ask}; date +%s%N`)) / 1e9;
  }

  async function running() {
    return Number(await run("login", ["cat", `${project}/running`])) / 1e9;
  }
}
