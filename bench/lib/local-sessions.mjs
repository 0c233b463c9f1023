import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cleanEnvironment } from "./environment.mjs";

const program = resolve("packages/cli/bin/hpcnb.js");
const venv = process.env.HPCNB_TEST_VENV ?? resolve("examples/quickstart/.venv");

/**
 * Runs `work` with sessions on this machine: a real one, and `count` more whose notebook's job
 * never gets beyond its set-up. Looking at one costs the same, and twenty notebook servers would be
 * the machine's whole work. All of them are ended afterwards.
 */
export async function withLocalSessions(count, work) {
  if (!existsSync(venv)) {
    console.log(`left out: no Python with Jupyter in ${venv}; \`npm run quickstart\` makes one`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "hpcnb-bench-"));
  const env = { ...cleanEnvironment(), XDG_STATE_HOME: join(folder, "state") };
  const hpcnb = (...words) => run([process.execPath, program, ...words], env);
  const file = newSession(folder, "bench", "cluster: { engines: 2 }\n");
  const others = Array.from({ length: count }, (_, index) => newSession(folder, `bench${index + 1}`));
  try {
    hpcnb("up", file, "--no-open");
    for (const other of others) run([process.execPath, program, "up", other, "--timeout", "1s"], env, 4);
    await work({ folder, file, others, env, hpcnb, program });
  } finally {
    for (const one of [file, ...others]) hpcnb("down", one);
    rmSync(folder, { recursive: true });
  }
}

function newSession(folder, name, more = "") {
  const directory = join(folder, name);
  mkdirSync(directory);
  const setup = more === "" ? `, setup: '[ -z "$HPCNB_JOB_ID" ] || exec sleep 3600'` : "";
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}\nscheduler: local\nnotebook: { directory: ${directory}, environment: { venv: ${venv}${setup} } }\n${more}`,
  );
  return file;
}

/** Milliseconds from start to end. */
export function run([name, ...args], env, expected = 0) {
  const start = performance.now();
  const { status, stderr } = spawnSync(name, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
  if (status !== expected) throw new Error(`${args.join(" ")} exited with code ${status}:\n${stderr}`);
  return performance.now() - start;
}

/**
 * Milliseconds from start to the first byte at a terminal of its own, and then waits for the end.
 */
export async function firstWord(argv, env) {
  const command = argv.map((word) => `'${word}'`).join(" ");
  const start = performance.now();
  const child = spawn("script", ["-qefc", command, "/dev/null"], { env, stdio: ["pipe", "pipe", "inherit"] });
  let time;
  let said = "";
  child.stdout.on("data", (bytes) => {
    time ??= performance.now() - start;
    said += bytes;
  });
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0 || time === undefined) throw new Error(`${command} exited with code ${code}:\n${said}`);
  return time;
}
