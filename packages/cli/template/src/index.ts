import { createCommandScheduler, definePlugin, HpcnbError, type JobStatus, type SchedulerDialect } from "@hpcnb/core";

/** What `acme list` tells of a job. It has a job for a while after its end. */
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

export const acmeDialect: SchedulerDialect = {
  title: "Acme",
  // Its code for "the server does not answer". Any other failure of `acme submit` is a refusal.
  failures: { unreachableCode: 75 },
  runsOnHost: false,
  taskVariable: "ACME_TASK",

  submit: ({ name, script, workingDirectory, output, resources }) => ({
    argv: [
      ...["acme", "submit", `--name=${name}`, `--directory=${workingDirectory}`, `--output=${output}`],
      ...(resources.walltimeSeconds === undefined ? [] : [`--seconds=${resources.walltimeSeconds}`]),
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
  } catch (cause) {
    throw new HpcnbError("HPCNB_SCHEDULER_ANSWER", `The list of jobs was not understood: ${text}`, {
      cause,
      transient: true,
    });
  }
  return jobs.map(({ state, ...job }) => ({
    ...job,
    state: states[state] ?? "unknown",
    native: state,
    ...(job.reason === "time limit" ? { walltimeReached: true } : {}),
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
