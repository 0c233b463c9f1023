import { answersOf, type CommandResult, type JobHistory, type JobStatus } from "@hpcnb/core";
import fc from "fast-check";
import { localDialect } from "../../../packages/adapter-local/src/dialect.js";
import { gridEngineDialect } from "../../../packages/adapter-sge/src/index.js";
import { slurmDialect } from "../../../packages/adapter-slurm/src/index.js";
import { answered, captured } from "../../../packages/adapter-slurm/test/example.js";
import { defineReader, demand } from "../fuzz.js";
import { textsLike, valuesLike } from "../inputs.js";
import { fixtures } from "./fixtures.js";

const sge = answersOf(gridEngineDialect({}));
const slurm = answersOf(slurmDialect());
const local = answersOf(localDialect({}));
const folder = "packages/adapter-sge/test/fixtures";

/** What Slurm's commands said, on either stream. */
const slurmSaid = (file: string) =>
  textsLike(
    captured(file)
      .flatMap(({ result }) => [result.stdout, result.stderr])
      .filter(Boolean),
  );

/** What a command prints, on either stream, with the exit codes that there are. */
function resultsOf(texts: fc.Arbitrary<string>, exitCodes: readonly (number | null)[] = [0, 0, 0, 1, 25, 127, null]) {
  return fc
    .record({ text: texts, exitCode: fc.constantFrom(...exitCodes), isError: fc.integer({ min: 0, max: 4 }) })
    .map(
      ({ text, exitCode, isError }): CommandResult => ({
        argv: ["command"],
        exitCode,
        stdout: isError === 0 ? "" : text,
        stderr: isError === 0 ? text : "",
      }),
    );
}

/** The job that the answers are about. */
const job = { id: "7", name: "n", script: "", workingDirectory: "/d", output: "/d/log", resources: {}, submittedAt: 0 };

const printed = (stdout: string): CommandResult => ({ argv: ["command"], exitCode: 0, stdout, stderr: "" });

const manyTasks = answered("squeue", "many").stdout;
const [arrays = ""] = fixtures(folder, /^qstat-arrays\.xml$/);

function lookAtJobs(jobs: readonly JobStatus[]): void {
  for (const { id, tasks } of jobs) {
    demand(/^\d+$/.test(id), () => `the id ${id}`);
    let end = 0;
    for (const { first, last } of tasks ?? []) {
      demand(Number.isSafeInteger(first) && Number.isSafeInteger(last), () => `the tasks ${first}-${last}`);
      demand(end < first && first <= last, () => `the tasks ${first}-${last} after ${end}`);
      end = last;
    }
  }
}

function lookAtHistory(history: JobHistory | undefined): void {
  const { exitCode = 0 } = history ?? {};
  demand(Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255, () => `the exit code ${exitCode}`);
}

const localAnswers = valuesLike([
  { id: "7" },
  {
    jobs: [
      {
        id: "1",
        name: "n",
        state: "running",
        native: "r",
        tasks: [{ first: 1, last: 2, state: "queued", native: "q" }],
      },
    ],
  },
  { reason: "r" },
  { ended: { id: "1", exitCode: 0 } },
  { rejected: "no" },
  { failed: "no" },
]).map((value) => printed(JSON.stringify(value) ?? ""));

const odd = [
  null,
  { id: 7 },
  { jobs: {} },
  { jobs: [null] },
  { ended: null },
  { jobs: [{ id: "1", tasks: [{}] }] },
].map((value) => printed(JSON.stringify(value)));

export const schedulers = [
  defineReader({
    name: "qstat -xml",
    share: 4,
    inputs: resultsOf(textsLike(fixtures(folder, /\.xml$/)), [0, 0, 0, 0, 1]),
    regressions: [
      "5-3",
      "0-4",
      "1-99999999999999999999",
      "1-1000000000:1",
      "1-1000000000:3",
      "1-9:2,2-4",
      "1-3:0",
      "00",
    ].map((tasks) => printed(arrays.replace(/<tasks>[^<]*/g, `<tasks>${tasks}`))),
    extreme: printed,
    read: (result) => lookAtJobs(sge.parseStatus(result)),
  }),
  defineReader({
    name: "qstat -j",
    inputs: resultsOf(textsLike(fixtures(folder, /^qstat-j/))),
    regressions: [],
    extreme: printed,
    read: (result) => sge.parseExplain(result, "1"),
  }),
  defineReader({
    name: "qacct",
    share: 2,
    inputs: resultsOf(textsLike(fixtures(folder, /^qacct/))),
    regressions: [],
    extreme: printed,
    read: (result) => lookAtHistory(sge.parseHistory(result, job)),
  }),
  defineReader({
    name: "qsub",
    inputs: resultsOf(textsLike(fixtures(folder, /^qsub/))),
    regressions: [],
    extreme: printed,
    read: (result) => {
      const accepted = sge.parseSubmit(result, job);
      const id = typeof accepted === "string" ? accepted : accepted.id;
      demand(/^\d+$/.test(id), () => `the id ${id}`);
    },
  }),
  defineReader({
    name: "qdel",
    inputs: resultsOf(textsLike(fixtures(folder, /^qdel/))),
    regressions: [],
    extreme: printed,
    read: (result) => sge.parseCancel(result),
  }),
  defineReader({
    name: "squeue",
    share: 4,
    inputs: resultsOf(slurmSaid("squeue"), [0, 0, 0, 0, 1]),
    regressions: ["5-3", "0-4", "1-99999999999999999999", "1-9:2,2-4", "1-3:0", "1%2%3", "1-2..."].map((tasks) =>
      printed(manyTasks.replaceAll("|4,6-9%2|", `|${tasks}|`)),
    ),
    extreme: printed,
    read: (result) => lookAtJobs(slurm.parseStatus(result)),
  }),
  defineReader({
    name: "squeue of one job",
    inputs: resultsOf(slurmSaid("squeue")),
    regressions: [],
    extreme: printed,
    read: (result) => slurm.parseExplain(result, "1"),
  }),
  defineReader({
    name: "sacct and scontrol",
    share: 2,
    inputs: resultsOf(slurmSaid("history")),
    regressions: [],
    extreme: printed,
    read: (result) => lookAtHistory(slurm.parseHistory(result, { id: "205", name: "array" })),
  }),
  defineReader({
    name: "sbatch",
    inputs: resultsOf(slurmSaid("sbatch")),
    regressions: [],
    extreme: printed,
    read: (result) => {
      const accepted = slurm.parseSubmit(result, job);
      const id = typeof accepted === "string" ? accepted : accepted.id;
      demand(/^\d+(;\S+)?$/.test(id), () => `the id ${id}`);
    },
  }),
  defineReader({
    name: "scancel",
    inputs: resultsOf(slurmSaid("scancel")),
    regressions: [],
    extreme: printed,
    read: (result) => slurm.parseCancel(result),
  }),
  ...(["parseSubmit", "parseStatus", "parseExplain", "parseHistory", "parseCancel"] as const).map((parser) =>
    defineReader({
      name: `the local scheduler's answers (${parser})`,
      inputs: fc.oneof(localAnswers, resultsOf(textsLike(['{"id":"7"}', '{"jobs":[]}']))),
      regressions: odd,
      extreme: printed,
      read: (result) => {
        if (parser === "parseStatus") return lookAtJobs(local.parseStatus(result));
        if (parser === "parseHistory") return lookAtHistory(local.parseHistory(result, job));
        if (parser === "parseSubmit")
          return demand(/^\d+$/.test(String(local.parseSubmit(result, job))), () => "the id");
        if (parser === "parseExplain") return local.parseExplain(result, job.id);
        return local[parser](result);
      },
    }),
  ),
];
