import {
  type Cluster,
  type ClusterContext,
  type EngineArray,
  type EngineWish,
  encodeRecord,
  type FileToWrite,
  HpcnbError,
  type JobPlace,
  type JobResources,
  type JobSpec,
  jobName,
  type PlanContext,
  type Role,
  type Run,
  type Session,
  type TaskRange,
} from "@hpcnb/core";
import { insideFiles } from "./inside.js";
import { jobScript, type Program } from "./job-script.js";
import { arrayLog, clusterRecord, insidePaths, logDirectory, logPath, runRecord } from "./layout.js";
import { controllerParts, engineParts } from "./programs.js";
import { controllerResources } from "./resources.js";

const programs: Readonly<Record<Role, Program>> = {
  notebook: {
    parts: [
      ...controllerParts,
      "save_script.py",
      "server.py",
      "offer_clusters.py",
      "follow.py",
      "renew.py",
      "time_notice.py",
      "notebook.py",
    ],
    run: "run_notebook",
  },
  controller: {
    parts: controllerParts,
    run: "run_controller",
  },
  engines: {
    parts: engineParts,
    run: "run_engine",
  },
};

const titles: Readonly<Record<Role, string>> = {
  notebook: "notebook server",
  controller: "ipyparallel controller",
  engines: "ipyparallel engines",
};

const keepIt = "The running session has it: put it back, or end the session with `hpcnb down` first.";

/** The records that will be overwritten are there from the start, with their full size: see core's records.ts. */
export function planRunFiles(context: PlanContext, variables: Readonly<Record<string, string>>): FileToWrite[] {
  const { session, run } = context;
  const { password } = session.notebook;
  return [
    { path: runRecord(run, "secrets"), text: secretsText(run, { password, variables }) },
    { path: runRecord(run, "notebook"), text: encodeRecord({ run: run.id, state: "waiting" }) },
    planPointer(run, context.cluster),
    { path: `${logDirectory(run)}/.keep`, text: "" },
    ...insideFiles(context),
  ];
}

function secretsText(
  run: Run,
  { password, variables }: { password: string | undefined; variables: Readonly<Record<string, string>> },
): string {
  const secrets = {
    run: run.id,
    directory: run.directory,
    token: run.token,
    ...(password === undefined ? {} : { password }),
  };
  try {
    return encodeRecord({ ...secrets, variables });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new HpcnbError(
      "HPCNB_BAD_SESSION_FILE",
      `The values of notebook.environment.variables are too long together: ${cause.message}`,
      { cause, hint: "Set long ones in notebook.environment.setup." },
    );
  }
}

export function planClusterFiles({ run, cluster }: ClusterContext): FileToWrite[] {
  const waiting = encodeRecord({ run: run.id, state: "waiting" });
  return [
    { path: clusterRecord(cluster, "controller"), text: waiting },
    { path: clusterRecord(cluster, "engines"), text: waiting },
    planWishes(run, cluster, []),
    { path: `${logDirectory(cluster)}/.keep`, text: "" },
  ];
}

export function planPointer(run: Pick<Run, "id" | "directory">, cluster: Cluster | undefined): FileToWrite {
  const text = encodeRecord({ run: run.id, cluster: cluster?.directory ?? null });
  return { path: runRecord(run, "cluster"), text, inPlace: true };
}

export function planWishes(run: Pick<Run, "id">, cluster: Cluster, wishes: readonly EngineWish[]): FileToWrite {
  return { path: clusterRecord(cluster, "wishes"), text: wishesText(run, wishes), inPlace: true };
}

/** A record has room for some three hundred ranges, each its first and last number. Of more, the shortest are left out. */
function wishesText(run: Pick<Run, "id">, wishes: readonly EngineWish[]): string {
  const longest = wishes.flatMap(({ ranges }) => ranges).sort((one, other) => lengthOf(other) - lengthOf(one));
  for (let room = longest.length; ; room = Math.floor(room * 0.9)) {
    const told = new Set(longest.slice(0, room));
    const groups = wishes.map(({ ranges, wanted }) => ({
      ranges: ranges.filter((range) => told.has(range)).map(({ first, last }) => [first, last]),
      wanted,
    }));
    try {
      return encodeRecord({ run: run.id, groups });
    } catch (error) {
      if (!(error instanceof RangeError) || room === 0) throw error;
    }
  }
}

function lengthOf({ first, last }: TaskRange): number {
  return last - first + 1;
}

export function planJob(context: PlanContext, place: JobPlace): JobSpec {
  if (place.role === "notebook") return planNotebook(context);
  const { cluster } = context;
  if (!cluster) throw new Error(`A session without a cluster has no ${place.role}`);
  return place.role === "controller"
    ? planController({ ...context, cluster })
    : planEngines({ ...context, cluster }, place.array);
}

function planNotebook(context: PlanContext): JobSpec {
  const { session, directory, run, cluster } = context;
  const { notebook } = session;
  const parameters = {
    app: notebook.app,
    listen: notebook.listen,
    saveScript: notebook.saveScript,
    // Seconds that it may run.
    walltime: session.resources.walltime ?? null,
    profile: session.name,
    ipython: `${directory}/.hpcnb/ipython`,
    inside: insidePaths(run),
    cluster: session.cluster !== undefined,
    // Its own, for as long as it lives; after it, a cluster has a controller in a job.
    controller: cluster?.inNotebook ? controllerParameters({ ...context, cluster }) : null,
  };
  return jobSpec(context, "notebook", {
    name: jobName(session.name, "notebook", run.id),
    parameters,
    output: logPath({ role: "notebook", run }),
    resources: session.resources,
  });
}

function planController(context: ClusterContext): JobSpec {
  const { session, run, cluster } = context;
  const groups = clusterIn(session).groups.map(({ resources }) => resources);
  return jobSpec(context, "controller", {
    name: jobName(session.name, "controller", run.id, cluster.generation > 1 ? `-${cluster.generation}` : ""),
    parameters: controllerParameters(context),
    output: logPath({ role: "controller", run, cluster }),
    resources: controllerResources(groups[0] ?? {}, [...groups, session.resources]),
  });
}

function controllerParameters(context: ClusterContext) {
  const { cluster, scheduler } = context;
  return {
    ...commonParameters(context),
    records: cluster.directory,
    oneHost: scheduler.runsOnHost,
    heartbeat: heartbeatOf(clusterIn(context.session)),
  };
}

function planEngines(context: ClusterContext, array: EngineArray): JobSpec {
  const { session, run, cluster, scheduler } = context;
  const { groups, restarts } = clusterIn(session);
  const group = groups.find(({ name }) => name === array.group);
  if (!group) {
    throw new HpcnbError("HPCNB_BAD_SESSION_FILE", `${session.file} no longer has the engine group ${array.group}.`, {
      hint: keepIt,
    });
  }
  // The first array of all has the plain name; names are what a job is found by.
  const suffix = cluster.generation === 1 && array.first === 1 ? "" : `-${cluster.generation}-${array.first}`;
  return {
    ...jobSpec(context, "engines", {
      name: jobName(session.name, "engines", run.id, suffix),
      parameters: {
        records: cluster.directory,
        secrets: runRecord(run, "secrets"),
        first: array.first,
        group: array.group,
        restarts,
      },
      output: arrayLog(cluster, array),
      resources: group.resources,
      taskVariable: scheduler.taskVariable,
    }),
    tasks: array.tasks,
    ...(group.atOnce === undefined ? {} : { tasksAtOnce: group.atOnce }),
  };
}

interface Job {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly output: string;
  readonly resources: JobResources;
  readonly taskVariable?: string;
}

function jobSpec(context: PlanContext, role: Role, job: Job): JobSpec {
  const { session, directory } = context;
  return {
    name: job.name,
    script: jobScript({
      title: `${job.name}: the ${titles[role]} of the session ${session.name}`,
      environment: session.notebook.environment,
      directory,
      program: programs[role],
      parameters: { ...commonParameters(context), ...job.parameters },
      ...(job.taskVariable === undefined ? {} : { taskVariable: job.taskVariable }),
    }),
    workingDirectory: directory,
    output: job.output,
    resources: job.resources,
  };
}

function commonParameters({ run, directory, readiness }: PlanContext) {
  return { run: run.id, records: run.directory, directory, readiness };
}

function clusterIn({ cluster, file }: Session): NonNullable<Session["cluster"]> {
  if (cluster) return cluster;
  throw new HpcnbError("HPCNB_BAD_SESSION_FILE", `${file} no longer has a cluster.`, { hint: keepIt });
}

/**
 * Milliseconds. An engine is registered after one or two heartbeats, which ipyparallel's own 3 s make a wait of up to 6 s;
 * up to 600 engines make no more than 200 beats a second, which cost the controller little. A controller cannot change its
 * heartbeat: with those that scaling adds it has more to do.
 */
function heartbeatOf({ groups }: NonNullable<Session["cluster"]>): number {
  const engines = groups.reduce((sum, group) => sum + group.engines, 0);
  return Math.min(3000, Math.max(500, engines * 5));
}
