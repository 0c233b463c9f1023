/**
 * What people wait for every day, with real sessions on this machine. The floor is three Nodes and
 * a Python that do nothing, one after the other: where those take 100 ms, `hpcnb status` takes at
 * most 0.3 s, and `hpcnb list` of 20 sessions 0.5 s.
 */
import { run, withLocalSessions } from "./lib/local-sessions.mjs";
import { hold, printTable } from "./lib/table.mjs";

const runs = 10;
const sessions = 20;
const floor = "node 3 times, python3";
const list = `list of ${sessions} sessions`;

await withLocalSessions(sessions - 1, ({ file, env, hpcnb }) => {
  const times = { [floor]: [], status: [], [list]: [] };
  for (let count = 0; count < runs; count++) {
    const nodes = [1, 2, 3].map(() => run([process.execPath, "-e", "0"], env));
    const python = run(["/usr/bin/python3", "-I", "-S", "-c", "import json"], env);
    times[floor].push(nodes.reduce((sum, time) => sum + time) + python);
    times.status.push(hpcnb("status", file));
    times[list].push(hpcnb("list"));
  }
  console.log(`milliseconds, ${runs} runs each, alternating`);
  printTable(times, 0);
  // The fastest were disturbed least by what else the machine does.
  const ratio = (name) => Math.min(...times[name]) / Math.min(...times[floor]);
  hold("ratio of the fastest, status to the floor", ratio("status"), 3);
  hold(`ratio of the fastest, ${list} to the floor`, ratio(list), 5);
});
