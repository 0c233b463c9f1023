import {
  createCommandScheduler,
  definePlugin,
  expectAnswer,
  expectSuccess,
  HpcnbError,
  type JobStatus,
  type SchedulerDialect,
} from "@hpcnb/core";

/** What `acme list` and `acme ended` tell of a job. */
interface AcmeJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly exitCode?: number;
  readonly reason?: string;
}

const states: Readonly<Record<string, JobStatus["state"]>> = {
  WAITING: "queued",
  RUNNING: "running",
  ENDED: "finished",
};

/** The end of a name tells jobs apart, so what is too long loses its beginning. */
const nameOf = (name: string) => name.replace(/[^\w.-]/g, "_").slice(-100);

export const acmeDialect: SchedulerDialect = {
  runsOnHost: false,
  taskVariable: "ACME_TASK",
  nameOf,

  submit: ({ name, script, workingDirectory, output, resources }) => ({
    argv: [
      ...["acme", "submit", `--name=${nameOf(name)}`, `--directory=${workingDirectory}`, `--output=${output}`],
      ...(resources.walltimeSeconds === undefined ? [] : [`--seconds=${resources.walltimeSeconds}`]),
      ...(resources.native ?? []),
    ],
    stdin: script,
  }),
  parseSubmit: (result) => {
    // acme's own code for "the server does not answer"; any other failure is its refusal.
    if (result.exitCode === 75) expectAnswer(result, "Submitting");
    return expectSuccess(result, "Acme rejected the job", { code: "HPCNB_SUBMIT_REJECTED" }).stdout.trim();
  },

  status: () => ({ argv: ["acme", "list"] }),
  parseStatus: (result) => readJobs(expectAnswer(result, "Asking for jobs").stdout),

  cancel: (targets) => ({ argv: ["acme", "cancel", ...targets.map(String)] }),
  parseCancel: (result) => void expectAnswer(result, "Cancelling"),

  explain: (id) => ({ argv: ["acme", "why", id] }),
  parseExplain: (result) => expectAnswer(result, "Asking why a job waits").stdout.trim() || undefined,

  history: () => ({ argv: ["acme", "list"] }),
  // Numbers are used again: a record counts only if it is of this job, and of its end.
  parseHistory: (result, { id, name }) => {
    const jobs = readJobs(expectAnswer(result, "Asking how a job ended").stdout);
    const job = jobs.find((one) => one.id === id && one.name === name && one.state === "finished");
    if (!job) return undefined;
    const { exitCode, reason } = job;
    return {
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(reason === undefined ? {} : { reason, walltimeReached: reason === "time limit" }),
    };
  },
};

function readJobs(text: string): JobStatus[] {
  let jobs: AcmeJob[];
  try {
    jobs = JSON.parse(text);
  } catch (cause) {
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `The list of jobs was not understood: ${text}`, {
      cause,
      transient: true,
    });
  }
  return jobs.map(({ state, ...job }) => ({ ...job, state: states[state] ?? "unknown", native: state }));
}

export default definePlugin({
  apiVersion: 1,
  name: "acme",
  scheduler: {
    lacks: ["arrays", "cores", "memory", "queue"],
    create: ({ host }) => createCommandScheduler(host, acmeDialect),
  },
});
