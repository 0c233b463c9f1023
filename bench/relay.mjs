/**
 * What a relay costs, on a testbed with a real Grid Engine: from the moment that the notebook's job
 * runs to the moment that its URL answers on the laptop, by `relay` and by `jump`, at most 1.1
 * times; and a download of 200 MB through the tunnel against one through a plain `ssh -L`, at least
 * 0.7 of its speed.
 */
import { spawn } from "node:child_process";
import { cleanEnvironment } from "./lib/environment.mjs";
import { hold, median, printTable } from "./lib/table.mjs";
import { withTestbed } from "./lib/testbed.mjs";

const runs = 5;
const megabytes = 200;
const project = "/home/alice/rnaseq";
const [port, plainPort] = [8877, 8878];

const sessionBy = (kind) => `name: rnaseq
scheduler: sge
host: login
notebook:
  directory: ${project}
  environment: { venv: /home/shared/venv, setup: "date +%s%N > ${project}/running" }
tunnel: { kind: ${kind}, localPort: ${port} }
`;

await withTestbed({ name: "bench", nodes: 1, schedulers: ["sge"] }, async (testbed) => {
  const run = async (host, argv, input) => {
    const { exitCode, stdout, stderr } = await testbed.exec(host, "alice", argv, { stdin: input ?? "" });
    if (exitCode !== 0) throw new Error(`${argv.join(" ")} on ${host}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const shell = (host, text, input) => run(host, ["sh", "-euc", text], input);
  const hpcnb = (command, kind) => run("laptop", ["hpcnb", command, `${kind}.yaml`]);
  await shell("login", `mkdir -p ${project} && head -c ${megabytes}M /dev/urandom > ${project}/numbers.bin`);
  for (const kind of ["jump", "relay"]) await shell("laptop", `cat > ${kind}.yaml`, sessionBy(kind));

  /** Seconds until the URL answers, from a job that runs. */
  async function up(kind) {
    const ask = `until curl --silent --fail --max-time 5 --output /dev/null http://127.0.0.1:${port}/api; do sleep 0.01; done`;
    const answered = shell("laptop", `${ask}; date +%s%N`);
    await hpcnb("up", kind);
    return (Number(await answered) - Number(await run("login", ["cat", `${project}/running`]))) / 1e9;
  }

  const seconds = { jump: [], relay: [] };
  for (let count = -1; count < runs; count++)
    for (const kind of ["jump", "relay"]) {
      const time = await up(kind);
      // Neither is to pay for what a first start reads from disk.
      if (count >= 0) seconds[kind].push(time);
      await hpcnb("down", kind);
    }
  console.log(`seconds from "job running" to "URL answers on the laptop", ${runs} runs each, alternating`);
  printTable(seconds, 2);
  hold("ratio of medians", median(seconds.relay) / median(seconds.jump), 1.1);

  await hpcnb("up", "relay");
  const { listens, url } = JSON.parse(await run("laptop", ["hpcnb", "status", "relay.yaml", "--json"]));
  const token = JSON.parse(
    (await shell("login", `cat $(ls -t ${project}/.hpcnb/runs/*/secrets.record)`)).slice(0, 4031),
  ).token;
  const argv = await testbed.command("laptop", "alice", [
    ...["ssh", "-N", "-J", "login", "-o", "ExitOnForwardFailure=yes"],
    ...["-L", `${plainPort}:${listens.split(" ")[1]}`, "node1"],
  ]);
  const plain = spawn(argv[0], argv.slice(1), { stdio: "ignore", env: cleanEnvironment() });
  const ended = new Promise((done) => plain.once("exit", done));
  await shell("laptop", `until ss -Hltn | grep -q 127.0.0.1:${plainPort}; do sleep 0.05; done`);

  /** Megabytes a second. The token goes by the standard input, as a secret does. */
  async function download(from) {
    const config = `header = "Authorization: token ${token}"`;
    const words = [
      "curl",
      "--silent",
      "--fail",
      "--config",
      "-",
      "--output",
      "/dev/null",
      "--write-out",
      "%{speed_download}",
    ];
    return Number(await run("laptop", [...words, `http://127.0.0.1:${from}/files/numbers.bin`], config)) / 1e6;
  }

  const speeds = { "ssh -L": [], relay: [] };
  for (let count = 0; count < runs; count++) {
    speeds["ssh -L"].push(await download(plainPort));
    speeds.relay.push(await download(Number(new URL(url).port)));
  }
  console.log(`MB a second, ${megabytes} MB from the notebook's folder, ${runs} downloads each, alternating`);
  printTable(speeds, 0);
  hold("times that ssh -L is faster", median(speeds["ssh -L"]) / median(speeds.relay), 1 / 0.7);
  plain.kill();
  await ended;
  await hpcnb("down", "relay");
});
