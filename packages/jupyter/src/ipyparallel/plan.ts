import { defined, encodeRecord, type FileToWrite, HpcnbError, type JobSpec, lengthOf } from "@hpcnb/core";
import {
  type Cluster,
  type ClusterContext,
  type EngineArray,
  type EngineTarget,
  type JobRole,
  jobName,
  type PlanContext,
  type Run,
  secretsPath,
} from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { jobParameters, jobSpec } from "../launch/job-spec.js";
import { logDirectory } from "../launch/layout.js";
import { arrayLog, clusterRecord, controllerLog, notebookClusterPaths, pointerRecord } from "./layout.js";
import { networkParameters } from "./network.js";
import type { CompanionParameters, ControllerParameters, EngineParameters, Pointer } from "./parameters.js";
import { controllerResources } from "./resources.js";

const keepIt = "The running session has it: put it back, or end the session with `hpcnb down` first.";

export function planClusterFiles({ run, cluster }: ClusterContext): FileToWrite[] {
  const waiting = encodeRecord({ run: run.id, state: "waiting" });
  return [
    { path: clusterRecord(cluster, "controller"), text: waiting },
    { path: clusterRecord(cluster, "engines"), text: waiting },
    planTargets(run, cluster, []),
    { path: `${logDirectory(cluster)}/.keep`, text: "" },
  ];
}

export function planPointer(run: Pick<Run, "id" | "directory">, cluster: Cluster | undefined): FileToWrite {
  const pointer: Pointer = cluster
    ? { generation: cluster.generation, controllerRecord: clusterRecord(cluster, "controller") }
    : { generation: null };
  return { path: pointerRecord(run), text: encodeRecord({ run: run.id, ...pointer }), inPlace: true };
}

export function planTargets(run: Pick<Run, "id">, cluster: Cluster, targets: readonly EngineTarget[]): FileToWrite {
  return { path: clusterRecord(cluster, "targets"), text: targetsText(run, targets), inPlace: true };
}

/**
 * A record has room for some three hundred ranges, each its first and last number. When there are
 * more, the shortest are left out.
 */
function targetsText(run: Pick<Run, "id">, targets: readonly EngineTarget[]): string {
  const longest = targets.flatMap(({ ranges }) => ranges).sort((one, other) => lengthOf(other) - lengthOf(one));
  for (let room = longest.length; ; room = Math.floor(room * 0.9)) {
    const told = new Set(longest.slice(0, room));
    const groups = targets.map(({ ranges, wanted }) => ({
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

export function planClusterJob(context: ClusterContext, which: Exclude<JobRole, { role: "notebook" }>): JobSpec {
  return which.role === "controller" ? planController(context) : planEngines(context, which.array);
}

function planController(context: ClusterContext): JobSpec {
  const { session, run, cluster, scheduler } = context;
  const groups = clusterIn(session).groups.map(({ resources }) => resources);
  return jobSpec(context, {
    title: "ipyparallel controller",
    program: "controller",
    name: jobName(session.name, "controller", run.id, cluster.generation > 1 ? `-${cluster.generation}` : ""),
    parameters: controllerParameters(context),
    output: controllerLog(cluster),
    resources: controllerResources(groups[0] ?? {}, [...groups, session.resources], scheduler),
  });
}

/**
 * What the notebook's program does for clusters: it runs a controller, shows clients the run's
 * cluster, and lets them start others.
 */
export function companion(context: PlanContext): CompanionParameters {
  const { session, run, cluster } = context;
  const paths = notebookClusterPaths(run);
  return {
    pulseRecord: paths.pulse,
    pointerRecord: pointerRecord(run),
    launchers: paths.module,
    cluster: session.cluster !== undefined,
    // Its own, for as long as it lives; after it, a cluster has a controller in a job.
    controller: cluster?.inNotebook ? controllerParameters({ ...context, cluster }) : null,
  };
}

function controllerParameters(context: ClusterContext): ControllerParameters {
  const { cluster, scheduler } = context;
  return {
    ...jobParameters(context),
    record: clusterRecord(cluster, "controller"),
    enginesRecord: clusterRecord(cluster, "engines"),
    targetsRecord: clusterRecord(cluster, "targets"),
    oneHost: scheduler.runsOnHost,
    heartbeat: heartbeatMsFor(clusterIn(context.session)),
    ...networkParameters(context.session),
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
  const parameters: EngineParameters = {
    ...jobParameters(context),
    controllerRecord: clusterRecord(cluster, "controller"),
    enginesRecord: clusterRecord(cluster, "engines"),
    secretsRecord: secretsPath(run),
    first: array.first,
    group: array.group,
    restarts,
  };
  return {
    ...jobSpec(context, {
      title: "ipyparallel engines",
      program: "engine",
      name: jobName(session.name, "engines", run.id, suffix),
      parameters,
      output: arrayLog(cluster, array),
      resources: group.resources,
      taskVariable: scheduler.taskVariable,
    }),
    tasks: lengthOf(array),
    ...defined({ tasksAtOnce: array.atOnce }),
  };
}

function clusterIn({ cluster, file }: Session): NonNullable<Session["cluster"]> {
  if (cluster) return cluster;
  throw new HpcnbError("HPCNB_BAD_SESSION_FILE", `${file} no longer has a cluster.`, { hint: keepIt });
}

/**
 * An engine is registered after one or two heartbeats, which ipyparallel's own 3 s make a wait of
 * up to 6 s; up to 600 engines make no more than 200 beats a second, which cost the
 * controller little. A controller cannot change its heartbeat: with those that scaling adds it has
 * more to do.
 */
function heartbeatMsFor({ groups }: NonNullable<Session["cluster"]>): number {
  const engines = groups.reduce((sum, group) => sum + group.engines, 0);
  return Math.min(3000, Math.max(500, engines * 5));
}
