import { defined } from "../../defined.js";
import { encodeRecord } from "../../records.js";
import type { JobSpec } from "../../scheduler.js";
import { jobName } from "../../session/job-names.js";
import { secretsPath } from "../../session/layout.js";
import type {
  Cluster,
  ControllerReport,
  EngineArray,
  EngineReport,
  JobRole,
  NotebookReport,
  PlanContext,
  Workload,
} from "../../session/workload.js";
import { lengthOf } from "../../task-ranges.js";

/** What a job of the fake workload is, and where it publishes. */
export interface FakeJob {
  readonly run: string;
  readonly which: JobRole;
  /** The directory of its run; of its cluster for the others than the notebook. */
  readonly directory: string;
}

/**
 * A workload without programs, for tests of the life cycle. A test publishes in place of its jobs:
 * their scripts say who they are (`readFakeJob`), and their records hold their reports as they are.
 * `engines.record` has a letter for each engine, in the order of their numbers.
 */
export const fakeWorkload: Workload = {
  check: async () => ({ summary: "nothing" }),
  runFiles: ({ run, cluster }, variables) => [
    {
      path: secretsPath(run),
      text: encodeRecord({ run: run.id, directory: run.directory, token: run.token, variables }),
    },
    { path: `${run.directory}/notebook.record`, text: encodeRecord({ run: run.id, state: "waiting" }) },
    pointer(run, cluster),
  ],
  clusterFiles: ({ run, cluster }) =>
    ["controller", "engines", "targets"].map((name) => ({
      path: `${cluster.directory}/${name}.record`,
      text: encodeRecord({ run: run.id, state: "waiting" }),
    })),
  job,
  pointer,
  targets: (run, cluster, targets) => ({
    path: `${cluster.directory}/targets.record`,
    text: encodeRecord({ run: run.id, targets }),
    inPlace: true,
  }),
  recordPaths: (run, cluster) => [
    `${run.directory}/notebook.record`,
    ...(cluster ? ["controller", "engines"].map((name) => `${cluster.directory}/${name}.record`) : []),
  ],
  reports: ([notebook, controller, engines]) => ({
    notebook: (notebook ?? { state: "waiting" }) as NotebookReport,
    controller: (controller ?? { state: "waiting" }) as ControllerReport,
    engines: readLetters(String(engines?.letters ?? "")),
  }),
  logPath: (which) => {
    if (which.role === "notebook") return `${which.run.directory}/logs/notebook.log`;
    if (which.role === "controller") return `${which.cluster.directory}/logs/controller.log`;
    return arrayLog(which.cluster, which.array).replace("{task}", String(which.engine - which.array.first + 1));
  },
  answers: async () => true,
  url: (baseUrl) => baseUrl,
};

/** Undefined for a job of another kind. Pure. */
export function readFakeJob({ script }: Pick<JobSpec, "script">): FakeJob | undefined {
  const [, text] = /^# fake job (.*)$/m.exec(script) ?? [];
  return text === undefined ? undefined : JSON.parse(text);
}

function job({ session, directory, run, cluster }: PlanContext, which: JobRole): JobSpec {
  const within = which.role === "notebook" ? run : cluster;
  if (!within) throw new Error(`A session without a cluster has no ${which.role}`);
  const fake: FakeJob = { run: run.id, which, directory: within.directory };
  const common = {
    script: `#!/bin/sh\n# fake job ${JSON.stringify(fake)}\n`,
    workingDirectory: directory,
    output: `${within.directory}/logs/${which.role}.log`,
    resources: {},
  };
  const generation = cluster?.generation ?? 1;
  if (which.role !== "engines" || !cluster) {
    const suffix = which.role === "controller" && generation > 1 ? `-${generation}` : "";
    return { ...common, name: jobName(session.name, which.role, run.id, suffix) };
  }
  const { array } = which;
  const { first, atOnce } = array;
  const suffix = generation === 1 && first === 1 ? "" : `-${generation}-${first}`;
  return {
    ...common,
    name: jobName(session.name, "engines", run.id, suffix),
    output: arrayLog(cluster, array),
    tasks: lengthOf(array),
    ...defined({ tasksAtOnce: atOnce }),
  };
}

function pointer(run: { readonly id: string; readonly directory: string }, cluster: Cluster | undefined) {
  const text = encodeRecord({ run: run.id, generation: cluster?.generation ?? null });
  return { path: `${run.directory}/cluster.record`, text, inPlace: true };
}

function arrayLog({ directory }: Cluster, { first }: EngineArray): string {
  return `${directory}/logs/engines-${first}.{task}.log`;
}

const reportOfLetter: Readonly<Record<string, EngineReport>> = {
  r: "registered",
  a: "restarted",
  x: "lost",
  d: "retired",
};

function readLetters(letters: string): Map<number, EngineReport> {
  return new Map(
    [...letters].flatMap((letter, index): [number, EngineReport][] => {
      const report = reportOfLetter[letter];
      return report === undefined ? [] : [[index + 1, report]];
    }),
  );
}
