/**
 * From the moment that the notebook's job runs to the moment that its URL answers on the laptop, on a testbed with a real Grid Engine:
 * `hpcnb up` against the same server started by a hand-written job script and forwarded by an ssh that is open already. At most 1.25 times.
 * Also what an `up` costs: logins at the submit node, calls of ssh (nearly all of them a remote command over that login) and of the scheduler.
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { median, row } from "./lib/table.mjs";

const { resolve } = createRequire(new URL("../package.json", import.meta.url));
const { startTestbed, unsupportedReason } = await import(pathToFileURL(resolve("@hpcnb/testbed")));

const runs = 5;
const limit = 1.25;
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

const reason = await unsupportedReason();
if (reason === undefined) await compare(await startTestbed({ name: "bench", nodes: 1 }));
else console.log(`left out: ${reason}`);

async function compare(testbed) {
  const run = async (host, argv, input) => {
    const { exitCode, stdout, stderr } = await testbed.exec(host, "alice", argv, { stdin: input ?? "" });
    if (exitCode !== 0) throw new Error(`${argv.join(" ")} on ${host}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const shell = (host, text, input) => run(host, ["sh", "-euc", text], input);
  try {
    await shell("login", `mkdir -p ${project} count`);
    await shell("laptop", "mkdir -p count && cat > session.yaml", session);
    await shell("login", "cat > floor.sh", floor);
    await countCalls(shell);
    // Neither is to pay for what a first start reads from disk.
    await up();
    await byHand();
    const seconds = { hpcnb: [], floor: [] };
    let counts;
    const logins = async () =>
      (await readFile(`/var/lib/hpcnb-testbed/${testbed.name}/hosts/login/sshd.log`, "utf8")).split("Accepted").length -
      1;
    for (let count = 0; count < runs; count++) {
      seconds.floor.push(await byHand());
      await shell("laptop", "pkill -x ssh || true; : > calls");
      await shell("login", ": > calls");
      const before = await logins();
      seconds.hpcnb.push(
        await up(async () => {
          counts = {
            logins: (await logins()) - before,
            client: await tally(shell, "laptop"),
            scheduler: await tally(shell, "login"),
          };
        }),
      );
    }
    report(seconds, counts);
  } finally {
    await testbed.down();
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

function report(seconds, counts) {
  const ratio = median(seconds.hpcnb) / median(seconds.floor);
  console.log(`seconds from "job running" to "URL answers on the laptop", ${runs} runs each, alternating`);
  console.log(row("", ["min", "median", "max"]));
  for (const [name, values] of [
    ["by hand", seconds.floor],
    ["hpcnb up", seconds.hpcnb],
  ]) {
    console.log(
      row(
        name,
        [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(2)),
      ),
    );
  }
  console.log(`ratio of medians: ${ratio.toFixed(2)} (at most ${limit})`);
  console.log(
    `an up from the laptop: ${counts.logins} login, ${counts.client}; on the submit node ${counts.scheduler}`,
  );
  if (ratio > limit) process.exitCode = 1;
}
