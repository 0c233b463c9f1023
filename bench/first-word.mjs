/**
 * How long it takes until a command says its first word at a terminal, beside a Node that says one.
 * A person waits for the words of those that wait for something themselves: at most 4 times as
 * long, which is 100 ms where Node takes 25.
 */
import { firstWord, withLocalSessions } from "./lib/local-sessions.mjs";
import { hold, printTable } from "./lib/table.mjs";

const runs = 7;
const floor = "node";

await withLocalSessions(runs, async ({ folder, file, others, env, program }) => {
  /** Each with its words, and whether it waits for something. */
  const commands = {
    up: [["up", file, "--no-open"], true],
    "up --dry-run": [["up", file, "--dry-run"], true],
    status: [["status", file], true],
    connect: [["connect", file], true],
    list: [["list"], true],
    scale: [["scale", file, "2"], true],
    "renew-token": [["renew-token", file], true],
    doctor: [["doctor", file], true],
    logs: [["logs", file], true],
    down: [(count) => ["down", others[count]], true],
    disconnect: [["disconnect", file], false],
    init: [(count) => ["init", "--yes", `${folder}/bench${count + 1}`], true],
    validate: [["validate", file], false],
    schema: [["schema"], false],
    "completion bash": [["completion", "bash"], false],
    help: [["help"], false],
    "help up": [["help", "up"], false],
    "--version": [["--version"], false],
  };
  const times = { [floor]: [] };
  for (let count = 0; count < runs; count++) {
    times[floor].push(await firstWord([process.execPath, "-e", "console.log(1)"], env));
    for (const [name, what] of Object.entries(commands)) {
      const words = typeof what[0] === "function" ? what[0](count) : what[0];
      times[name] = [...(times[name] ?? []), await firstWord([process.execPath, program, ...words], env)];
    }
  }
  console.log(`milliseconds until the first word, ${runs} runs each, alternating`);
  printTable(times, 0);
  const fastest = (name) => Math.min(...times[name]);
  const slowest = Object.keys(times)
    .filter((name) => commands[name]?.[1])
    .sort((one, other) => fastest(other) - fastest(one))[0];
  hold(
    `ratio of the fastest, ${slowest} (the slowest of those that wait) to ${floor}`,
    fastest(slowest) / fastest(floor),
    4,
  );
});
