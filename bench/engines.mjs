/**
 * From typing the command on the submit node to all engines registered, on a testbed with a real
 * Grid Engine, and on one with a real Slurm: `hpcnb up` with storage that shows files 30 s late on
 * every host of the cluster, the same without lag (at most 1.15 times), and controller and engines
 * started by hand-written scripts on storage without lag (at most 1.2 times). Then many sessions in
 * a row with lag: no session may lose an engine. Also how long `hpcnb down` takes beside a bare
 * qdel or scancel and the wait for its effect: at most 1.7 times, which is 2 s where those take 1.2
 * s.
 */

import { schedulers } from "./lib/schedulers.mjs";
import { hold, median, printTable } from "./lib/table.mjs";
import { withTestbed } from "./lib/testbed.mjs";

const engines = 4;
const runs = 5;
const inARow = 20;
const project = "/home/alice/rnaseq";
const python = "/home/shared/venv/bin/python";

const sessionOn = ({ name }) => `name: rnaseq
scheduler: ${name}
notebook: { directory: ${project}, environment: { venv: /home/shared/venv } }
cluster: { engines: ${engines} }
`;

/**
 * What somebody writes who knows all of measured.md: a controller that other nodes reach, and
 * engines that start once its file is there.
 */
const byHandOn = ({ submit }) => `
set -e
cd ${project}
rm -rf hand; mkdir -m 700 hand
${submit({ log: "hand/controller.log" })} > hand/jobs <<'END'
#!/bin/sh
exec ${python} -m ipyparallel.controller --profile-dir=hand --ip='*' --location=$(hostname) --IPController.enable_curve=True
END
until test -s hand/security/ipcontroller-engine.json; do sleep 0.05; done
${submit({ log: "hand/engines.log", tasks: engines })} >> hand/jobs <<'END'
#!/bin/sh
exec ${python} -m ipyparallel.engine --file=hand/security/ipcontroller-engine.json --timeout=60
END
exec ${python} -c 'import ipyparallel; ipyparallel.Client("hand/security/ipcontroller-client.json").wait_for_engines(${engines}, timeout=100, interactive=False)'
`;

for (const scheduler of schedulers) {
  console.log(`\n${scheduler.title}`);
  const options = { name: "bench", nodes: 3, schedulers: [scheduler.name] };
  await withTestbed(options, (testbed) => compare(testbed, scheduler));
}

async function compare(testbed, scheduler) {
  const run = async (argv, stdin = "") => {
    const start = performance.now();
    const { exitCode, stdout, stderr } = await testbed.exec("login", "alice", argv, { stdin, timeoutMs: 240_000 });
    const seconds = (performance.now() - start) / 1000;
    if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr}${stdout}`);
    return { seconds, stdout };
  };
  const ends = { "by hand": [], "hpcnb down": [] };
  const hpcnb = async () => {
    const { seconds } = await run(["hpcnb", "up", "session.yaml"]);
    const { stdout } = await run(["hpcnb", "status", "session.yaml", "--json"]);
    const { registered } = JSON.parse(stdout).engines;
    const down = await run(["hpcnb", "down", "session.yaml"]);
    ends["hpcnb down"].push(down.seconds);
    if (registered !== engines) throw new Error(`${registered} of ${engines} engines are registered`);
    return seconds;
  };
  const hand = async () => {
    const { seconds } = await run(["sh", "-c", byHandOn(scheduler)]);
    const end = `${scheduler.cancel} $(cat ${project}/hand/jobs); while ${scheduler.list} | grep -q .; do sleep 0.05; done`;
    ends["by hand"].push((await run(["sh", "-c", end])).seconds);
    return seconds;
  };
  await run(["sh", "-c", `mkdir -p ${project} && cat > session.yaml`], sessionOn(scheduler));
  // Neither is to pay for what a first start reads from disk.
  await hpcnb();
  await hand();
  const hosts = ["login", ...testbed.nodes];
  const withLag = async (work) => {
    for (const host of hosts) await testbed.fault("storage-lag", { host });
    await work();
    await testbed.heal();
  };
  const seconds = { "by hand": [], "no lag": [], "lag 30 s": [] };
  for (let count = 0; count < runs; count++) {
    seconds["by hand"].push(await hand());
    seconds["no lag"].push(await hpcnb());
    await withLag(async () => seconds["lag 30 s"].push(await hpcnb()));
  }
  await withLag(async () => {
    for (let count = 0; count < inARow; count++) await hpcnb();
  });
  report(seconds, ends);
}

function report(seconds, ends) {
  console.log(
    `seconds from the command to ${engines} of ${engines} engines registered, ${runs} runs each, alternating`,
  );
  printTable(seconds, 2);
  const ratio = (one, other) => median(seconds[one]) / median(seconds[other]);
  hold("ratio of medians, lag to no lag", ratio("lag 30 s", "no lag"), 1.15);
  hold("ratio of medians, no lag to by hand", ratio("no lag", "by hand"), 1.2);
  console.log("seconds until the scheduler lists none of the jobs any more");
  printTable(ends, 2);
  hold("ratio of medians, down to by hand", median(ends["hpcnb down"]) / median(ends["by hand"]), 1.7);
  console.log(`${inARow} sessions in a row with lag: every engine of each was registered`);
}
