/** What a command costs before it does anything: at most 3 times a Node that does nothing. */
import { spawnSync } from "node:child_process";
import { median, row } from "./lib/table.mjs";

const runs = 20;
const baseline = ["-e", "0"];
const validate = ["packages/cli/bin/hpcnb.js", "validate", "examples/quickstart/session.yaml"];

const times = { baseline: [], validate: [] };
for (const args of [baseline, validate]) measure(args);
for (let count = 0; count < runs; count++) {
  times.baseline.push(measure(baseline));
  times.validate.push(measure(validate));
}

console.log(`milliseconds, ${runs} runs each, alternating, after one that is not counted`);
console.log(row("", ["min", "median", "max"]));
console.log(row("node -e 0", summary(times.baseline)));
console.log(row("hpcnb validate", summary(times.validate)));
console.log(`ratio of medians: ${(median(times.validate) / median(times.baseline)).toFixed(2)}`);

function measure(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return elapsed;
}

function summary(values) {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(1));
}
