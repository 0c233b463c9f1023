/**
 * `hpcnb status` of 2,000 engines on the simulated scheduler: at most 10 times a Node that does
 * nothing. The simulation lives in memory and ends with its process, so that no command of its own
 * can ask it: what the command does and prints is measured in the simulation's process, and what
 * every command costs before it does anything (`hpcnb --version`) is added.
 */
import { spawnSync } from "node:child_process";
import { cleanEnvironment } from "./lib/environment.mjs";
import { hold, median, printTable } from "./lib/table.mjs";

const engines = 2000;
const runs = 20;

const work = ["--import", "tsx", "--conditions=@hpcnb/source", "bench/lib/status-of-many.ts"];
const { times, text } = JSON.parse(node([...work, String(engines), String(runs)]).stdout);
const floor = [];
const start = [];
for (let run = 0; run < runs; run++) {
  floor.push(node(["-e", "0"]).milliseconds);
  start.push(node(["packages/cli/bin/hpcnb.js", "--version"]).milliseconds);
}

console.log(text.split("\n").slice(0, 4).join("\n"));
console.log(`milliseconds, ${runs} runs`);
printTable({ "node -e 0": floor, "start of a command": start, [`status of ${engines} engines`]: times }, 1);
hold("ratio of medians, both together to node", (median(start) + median(times)) / median(floor), 10);

function node(args) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: cleanEnvironment() });
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return { stdout, milliseconds: performance.now() - begin };
}
