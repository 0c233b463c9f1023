/**
 * Reading a scheduler's list of 75,000 running tasks, Grid Engine's own limit for one array,
 * against a program in Python that makes a dictionary of each task in the same text: at most 1.3
 * times what expat takes for `qstat -xml`, at most 4 times what splitting the lines takes for
 * `squeue`, and 200 MB more memory. Both are processor time: other programs may want the processor
 * meanwhile.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { cleanEnvironment } from "./lib/environment.mjs";
import { hold, median, printTable } from "./lib/table.mjs";

const tasks = 75_000;
const runs = 5;
const megabyte = 2 ** 20;

/** Each prints the milliseconds of its processor time, without the reading of its input. */
const measured = (program) => `
import sys, time
data = sys.stdin.buffer.read()
start = time.process_time()
tasks = []
${program}
print((time.process_time() - start) * 1000)
`;

const expat = measured(`
from xml.parsers import expat
text = []
def begin(name, attributes):
    text.clear()
    if name == "job_list":
        tasks.append(attributes)
def end(name):
    if tasks:
        tasks[-1][name] = "".join(text)
parser = expat.ParserCreate()
parser.buffer_text = True
parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text.append
parser.Parse(data, True)
`);

const split = measured(`
head, *lines = data.decode().splitlines()
names = head.split("|")
for line in lines:
    tasks.append(dict(zip(names, line.split("|", 7))))
`);

await compare({
  name: "sge",
  command: "qstat -xml",
  text: qstat(),
  floor: "Python's expat",
  program: expat,
  most: 1.3,
});
await compare({ name: "slurm", command: "squeue", text: squeue(), floor: "Python's split", program: split, most: 4 });

async function compare({ name, command, text, floor, program, most }) {
  const { resolve } = createRequire(new URL(`../packages/adapter-${name}/package.json`, import.meta.url));
  const { default: plugin } = await import(pathToFileURL(resolve(`@hpcnb/adapter-${name}`)));
  // The text is there before the milliseconds begin, as it is on the other side.
  const stdout = Buffer.from(text).toString();
  const result = { argv: command.split(" "), exitCode: 0, stdout, stderr: "" };
  const scheduler = plugin.scheduler.create({ host: { name: "nowhere", run: async () => result }, options: {} });
  const milliseconds = { [floor]: [], hpcnb: [] };
  const memory = [];
  for (let run = 0; run < runs; run++) {
    milliseconds[floor].push(python(program, stdout));
    const before = forgetPeak();
    const start = processorTime();
    const [job] = await scheduler.status();
    milliseconds.hpcnb.push(processorTime() - start);
    memory.push(peak() - before);
    if (job?.tasks?.length !== tasks) throw new Error(`${job?.tasks?.length} of ${tasks} tasks were read`);
  }
  const size = (Buffer.byteLength(stdout) / megabyte).toFixed(1);
  console.log(`${command} of ${tasks} running tasks on 2,000 hosts, ${size} MB, ${runs} runs, alternating`);
  console.log("milliseconds of the processor, and MB more than before");
  printTable({ ...milliseconds, "more MB": memory }, 0);
  hold(`${command}: ratio of medians`, median(milliseconds.hpcnb) / median(milliseconds[floor]), most);
  hold(`${command}: more MB, of all runs the most`, Math.max(...memory), 200);
}

function python(program, input) {
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-I", "-S", "-c", program], {
    input,
    encoding: "utf8",
    env: cleanEnvironment(),
  });
  if (status !== 0) throw new Error(`python3 exited with code ${status}:\n${stderr}`);
  return Number(stdout);
}

/**
 * Milliseconds of this thread where the system tells them, without those that collect garbage
 * beside it.
 */
function processorTime() {
  if (process.platform === "linux")
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Megabytes that this process has had in memory at most. */
function peak() {
  return process.resourceUsage().maxRSS / 1024;
}

/** Resets the peak where that is possible, and returns it. */
function forgetPeak() {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
  return peak();
}

/** Neighbours differ in their hosts, so that none can be put together. */
function qstat() {
  const lists = Array.from(
    { length: tasks },
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

/** The same tasks, as the adapter asks squeue for them. */
function squeue() {
  const head = "hpcnb|ARRAY_JOB_ID|ARRAY_TASK_ID|STATE|REASON|EXEC_HOST|START_TIME|NAME\n";
  const lines = Array.from({ length: tasks }, (_, index) => {
    const host = `node${(index * 7) % 2_000}.cluster.example.org`;
    return `hpcnb|4711|${index + 1}|RUNNING|None|${host}|1795395723|rnaseq-engines-k3j9x0q2ab\n`;
  });
  return `${head}${lines.join("")}`;
}
