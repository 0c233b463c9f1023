/**
 * What people wait for every day, with a real session on this machine. `hpcnb status` of it and
 * `hpcnb list` take at most 2.9 times an `hpcnb validate` and a Python that does nothing, one after
 * the other: 0.3 s where those take 100 ms. Also how long it takes until each command says its
 * first word.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cleanEnvironment } from "./lib/environment.mjs";
import { hold, printTable } from "./lib/table.mjs";

const runs = 10;
const program = resolve("packages/cli/bin/hpcnb.js");
const venv = process.env.HPCNB_TEST_VENV ?? resolve("examples/quickstart/.venv");

if (existsSync(venv)) await inFolder(compare);
else console.log(`left out: no Python with Jupyter in ${venv}; \`npm run quickstart\` makes one`);

async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "hpcnb-bench-"));
  const env = { ...cleanEnvironment(), XDG_STATE_HOME: join(folder, "state") };
  const file = join(folder, "session.yaml");
  mkdirSync(join(folder, "notebooks"));
  writeFileSync(
    file,
    `name: bench\nscheduler: local\nnotebook: { directory: ${folder}/notebooks, environment: { venv: ${venv} } }\ncluster: { engines: 2 }\n`,
  );
  const hpcnb = (...words) => run([process.execPath, program, ...words], env);
  try {
    hpcnb("up", file);
    await work({ file, env, hpcnb });
  } finally {
    hpcnb("down", file);
    rmSync(folder, { recursive: true });
  }
}

async function compare({ file, env, hpcnb }) {
  const times = { "validate, then python3": [], status: [], list: [] };
  const first = {};
  const speaking = [["status", file], ["list"], ["connect", file], ["up", file], ["up", file, "--dry-run"]];
  for (let count = 0; count < runs; count++) {
    const floor = hpcnb("validate", file) + run(["/usr/bin/python3", "-I", "-S", "-c", "import json"], env);
    times["validate, then python3"].push(floor);
    times.status.push(hpcnb("status", file));
    times.list.push(hpcnb("list"));
    for (const words of speaking) {
      const name = words.filter((word) => word !== file).join(" ");
      first[name] = [...(first[name] ?? []), await firstWord([program, ...words], env)];
    }
  }
  console.log(`milliseconds, ${runs} runs each, alternating`);
  printTable(times, 0);
  // The fastest were disturbed least by what else the machine does.
  const ratio = (name) => Math.min(...times[name]) / Math.min(...times["validate, then python3"]);
  hold("ratio of the fastest, status to the floor", ratio("status"), 2.9);
  hold("ratio of the fastest, list to the floor", ratio("list"), 2.9);
  console.log("milliseconds until the first word of a command");
  printTable(first, 0);
}

/** Milliseconds from start to end. */
function run([name, ...args], env) {
  const start = performance.now();
  const { status, stderr } = spawnSync(name, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return performance.now() - start;
}

/** Milliseconds from start to the first byte, on whatever stream. */
async function firstWord(args, env) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((done) => child.once("close", done));
  let time;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", () => {
      time ??= performance.now() - start;
    });
  const code = await ended;
  if (code !== 0) throw new Error(`${args.join(" ")} exited with code ${code}`);
  return time ?? performance.now() - start;
}
