/** `hpcnb status` of 2,000 engines on the simulated scheduler: at most 0.5 s, with what a command costs before it does anything. */
import { spawnSync } from "node:child_process";
import { median, row } from "./lib/table.mjs";

const engines = 2000;
const runs = 20;

const work = ["--import", "tsx", "--conditions=@hpcnb/source", "bench/lib/status-of-many.ts"];
const { times, text } = JSON.parse(node([...work, String(engines), String(runs)]).stdout);
const start = [1, 2, 3, 4, 5].map(() => node(["packages/cli/bin/hpcnb.js", "--version"]).milliseconds);

console.log(text.split("\n").slice(0, 4).join("\n"));
console.log(`milliseconds, ${runs} runs, the first one included`);
console.log(row("", ["min", "median", "max"]));
console.log(row("start of a command", summary(start)));
console.log(row(`status of ${engines} engines`, summary(times)));
console.log(`together, at the most: ${((Math.max(...start) + Math.max(...times)) / 1000).toFixed(2)} s (limit 0.5 s)`);

function node(args) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return { stdout, milliseconds: performance.now() - begin };
}

function summary(values) {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(1));
}
