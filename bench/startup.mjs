/** What a command costs before it does anything: at most 3 times a Node that does nothing. */
import { spawnSync } from "node:child_process";
import { cleanEnvironment } from "./lib/environment.mjs";
import { hold, median, printTable } from "./lib/table.mjs";

const runs = 20;
const baseline = ["-e", "0"];
const validate = ["packages/cli/bin/hpcnb.js", "validate", "examples/quickstart/session.yaml"];

const times = { "node -e 0": [], "hpcnb validate": [] };
for (const args of [baseline, validate]) measure(args);
for (let count = 0; count < runs; count++) {
  times["node -e 0"].push(measure(baseline));
  times["hpcnb validate"].push(measure(validate));
}

console.log(`milliseconds, ${runs} runs each, alternating, after one that is not counted`);
printTable(times, 1);
hold("ratio of medians", median(times["hpcnb validate"]) / median(times["node -e 0"]), 3);

function measure(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: cleanEnvironment() });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return elapsed;
}
