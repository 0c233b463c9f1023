import {
  createCommandScheduler,
  defined,
  definePlugin,
  type JobStatus,
  notUnderstood,
  optionWords,
  type SchedulerDialect,
  stateWords,
} from "@hpcnb/core";

/** What `acme list` tells of a job. It has a job for a while after its end. */
interface AcmeJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly exitCode?: number;
  readonly reason?: string;
}

const stateIn = stateWords({ queued: "WAITING", running: "RUNNING", finished: "ENDED" });

export const acmeDialect: SchedulerDialect = {
  title: "Acme",
  // Its code for "the server does not answer". Any other failure of `acme submit` is a refusal.
  failures: { unreachableCode: 75 },
  runsOnHost: false,
  taskVariable: "ACME_TASK",

  submit: ({ name, script, workingDirectory, output, resources }) => ({
    argv: [
      ...["acme", "submit", `--name=${name}`, `--directory=${workingDirectory}`, `--output=${output}`],
      ...optionWords({ "--seconds=": resources.walltimeSeconds }),
      ...(resources.native ?? []),
    ],
    stdin: script,
  }),

  status: () => ({ argv: ["acme", "list"] }),
  parseStatus: readJobs,

  cancel: (targets) => ({ argv: ["acme", "cancel", ...targets.map(String)] }),

  explain: (id) => ({ argv: ["acme", "why", id] }),
  parseExplain: (text) => text.trim().split("\n"),
};

function readJobs(text: string): JobStatus[] {
  let jobs: AcmeJob[];
  try {
    jobs = JSON.parse(text);
  } catch {
    throw notUnderstood("acme", text);
  }
  return jobs.map(({ state, ...job }) => ({
    ...job,
    state: stateIn(state),
    native: state,
    ...defined({ walltimeReached: job.reason === "time limit" || undefined }),
  }));
}

export default definePlugin({
  apiVersion: 1,
  name: "acme",
  scheduler: {
    lacks: ["arrays", "cores", "memory", "queue"],
    create: ({ host }) => createCommandScheduler(host, acmeDialect),
  },
});
