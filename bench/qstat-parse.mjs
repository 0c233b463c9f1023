/** Reading `qstat -xml` of 75,000 running tasks, Grid Engine's own limit for one array: within 1 s and 200 MB more memory. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { hold, printTable } from "./lib/table.mjs";

const { resolve } = createRequire(new URL("../packages/adapter-sge/package.json", import.meta.url));
const { default: plugin } = await import(pathToFileURL(resolve("@hpcnb/adapter-sge")));

const tasks = 75_000;
const runs = 5;
const megabyte = 2 ** 20;
const result = { argv: ["qstat"], exitCode: 0, stdout: Buffer.from(document(tasks)).toString(), stderr: "" };
const scheduler = plugin.scheduler.create({ host: { name: "nowhere", run: async () => result }, options: {} });

const times = [];
const memory = [];
for (let run = 0; run < runs; run++) {
  const before = forgetPeak();
  const start = performance.now();
  const [job] = await scheduler.status();
  times.push(performance.now() - start);
  memory.push(peak() - before);
  if (job?.tasks?.length !== tasks) throw new Error(`${job?.tasks?.length} of ${tasks} tasks were read`);
}

const size = Buffer.byteLength(result.stdout) / megabyte;
console.log(`qstat -xml of ${tasks} running tasks on 2,000 hosts, ${size.toFixed(1)} MB, ${runs} runs`);
printTable({ milliseconds: times, "more MB": memory }, 0);
hold("milliseconds, of all runs the most", Math.max(...times), 1000);
hold("more MB, of all runs the most", Math.max(...memory), 200);

/** Megabytes that this process has had in memory at most. */
function peak() {
  return process.resourceUsage().maxRSS / 1024;
}

/** Lets the peak begin anew where that is possible, and gives it. */
function forgetPeak() {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
  return peak();
}

/** Neighbours differ in their hosts, so that none can be put together. */
function document(count) {
  const lists = Array.from(
    { length: count },
    (_, index) => `    <job_list state="running">
      <JB_job_number>4711</JB_job_number>
      <JAT_prio>0.55500</JAT_prio>
      <JB_name>rnaseq-engines-k3j9x0q2ab</JB_name>
      <JB_owner>alice</JB_owner>
      <state>r</state>
      <JAT_start_time>2026-11-23T01:02:03</JAT_start_time>
      <queue_name>all.q@node${(index * 7) % 2_000}.cluster.example.org</queue_name>
      <slots>1</slots>
      <tasks>${index + 1}</tasks>
    </job_list>
`,
  );
  return `<?xml version='1.0'?>
<job_info  xmlns:xsd="http://arc.liv.ac.uk/repos/darcs/sge/source/dist/util/resources/schemas/qstat/qstat.xsd">
  <queue_info>
${lists.join("")}  </queue_info>
  <job_info>
  </job_info>
</job_info>
`;
}
