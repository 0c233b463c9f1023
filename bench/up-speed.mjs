/**
 * From the moment that the notebook's job runs to the moment that its URL answers on the laptop, on
 * a testbed with a real Grid Engine: `hpcnb up` against the same server started by a hand-written
 * job script and forwarded by an ssh that is open already. At most 1.25 times. Also what an `up`
 * costs: logins at the submit node (at most 1), calls of ssh (nearly all of them a remote command
 * over that login) and of the scheduler.
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { hold, median, printTable } from "./lib/table.mjs";
import { withTestbed } from "./lib/testbed.mjs";

const runs = 5;
const port = 8877;
const project = "/home/alice/rnaseq";

/** Both jobs begin with it: nanoseconds since 1970, and all hosts have the machine's clock. */
const mark = `date +%s%N > ${project}/running`;

const session = `name: rnaseq
scheduler: sge
host: login
notebook:
  directory: ${project}
  environment: { venv: /home/shared/venv, setup: "${mark}" }
resources: { queue: all.q@node1 }
tunnel: { localPort: ${port} }
`;

const floor = `#!/bin/bash
${mark}
exec /home/shared/venv/bin/jupyter lab --no-browser --sock=/tmp/floor.sock
`;

await withTestbed({ name: "bench", nodes: 1 }, compare);

async function compare(testbed) {
  const run = async (host, argv, input) => {
    const { exitCode, stdout, stderr } = await testbed.exec(host, "alice", argv, { stdin: input ?? "" });
    if (exitCode !== 0) throw new Error(`${argv.join(" ")} on ${host}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const shell = (host, text, input) => run(host, ["sh", "-euc", text], input);
  await shell("login", `mkdir -p ${project} count`);
  await shell("laptop", "mkdir -p count && cat > session.yaml", session);
  await shell("login", "cat > floor.sh", floor);
  await countCalls(shell);
  // Neither is to pay for what a first start reads from disk.
  await up();
  await byHand();
  const seconds = { "by hand": [], "hpcnb up": [] };
  const logins = [];
  let calls = {};
  const sshdLog = `/var/lib/hpcnb-testbed/${testbed.name}/hosts/login/sshd.log`;
  const countLogins = async () => (await readFile(sshdLog, "utf8")).split("Accepted").length - 1;
  for (let count = 0; count < runs; count++) {
    seconds["by hand"].push(await byHand());
    await shell("laptop", "pkill -x ssh || true; : > calls");
    await shell("login", ": > calls");
    const before = await countLogins();
    seconds["hpcnb up"].push(
      await up(async () => {
        logins.push((await countLogins()) - before);
        calls = { client: await tally(shell, "laptop"), scheduler: await tally(shell, "login") };
      }),
    );
  }
  console.log(`seconds from "job running" to "URL answers on the laptop", ${runs} runs each, alternating`);
  printTable(seconds, 2);
  hold("ratio of medians", median(seconds["hpcnb up"]) / median(seconds["by hand"]), 1.25);
  hold("logins of an up from the laptop, of all runs the most", Math.max(...logins), 1);
  console.log(`calls of an up from the laptop: ${calls.client}; on the submit node ${calls.scheduler}`);

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
    const forward = spawn(argv[0], argv.slice(1), { stdio: "ignore" });
    const ended = new Promise((done) => forward.once("exit", done));
    await shell("laptop", `until ss -Hltn | grep -q 127.0.0.1:${port}; do sleep 0.05; done`);
    const answered = firstAnswer();
    const id = await shell("login", `qsub -terse -S /bin/bash -j y -o ${project}/floor.log -q all.q@node1 floor.sh`);
    const time = (await answered) - (await running());
    await shell("login", `qdel ${id} && while qstat | grep -q .; do sleep 0.1; done`);
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

/** Programs of the same name that are found first, write a line, and hand over. */
async function countCalls(shell) {
  const counted = (name) => `#!/bin/sh\\necho ${name} >> $HOME/calls\\nexec /usr/bin/${name} "$@"\\n`;
  const install = (names) =>
    names.map((name) => `printf '${counted(name)}' > count/${name}; chmod +x count/${name}`).join("; ");
  await shell("laptop", install(["ssh"]));
  await shell("login", install(["qsub", "qstat", "qdel", "qacct"]));
  await shell("login", "{ echo 'PATH=$HOME/count:$PATH'; cat .bashrc; } > new && mv new .bashrc");
}

async function tally(shell, host) {
  const names = (await shell(host, "cat calls")).split("\n").filter(Boolean);
  return [...new Set(names)].map((name) => `${names.filter((one) => one === name).length} ${name}`).join(", ");
}
