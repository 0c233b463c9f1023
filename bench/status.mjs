/**
 * `hpcnb status` of 2,000 engines on the simulated scheduler: at most 0.5 s. The simulation lives in memory and ends with its process, so
 * that no command of its own can ask it: what the command does and prints is measured in the simulation's process, and what every command
 * costs before it does anything (`hpcnb --version`) is added.
 */
import { spawnSync } from "node:child_process";
import { hold, printTable } from "./lib/table.mjs";

const engines = 2000;
const runs = 20;

const work = ["--import", "tsx", "--conditions=@hpcnb/source", "bench/lib/status-of-many.ts"];
const { times, text } = JSON.parse(node([...work, String(engines), String(runs)]).stdout);
const start = [1, 2, 3, 4, 5].map(() => node(["packages/cli/bin/hpcnb.js", "--version"]).milliseconds);

console.log(text.split("\n").slice(0, 4).join("\n"));
console.log(`milliseconds, ${runs} runs, the first one included`);
printTable({ "start of a command": start, [`status of ${engines} engines`]: times }, 1);
hold("seconds together, at the most", (Math.max(...start) + Math.max(...times)) / 1000, 0.5);

function node(args) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return { stdout, milliseconds: performance.now() - begin };
}
