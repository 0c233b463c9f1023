import {
  encodeRecord,
  type FileToWrite,
  type JobResources,
  type JobSpec,
  type PlanContext,
  type PlannedJob,
  type Role,
} from "@hpcnb/core";
import { insideFiles } from "./inside.js";
import { jobScript, type Program } from "./job-script.js";
import { insidePaths, logDirectory, logPath, recordPath, type records } from "./layout.js";
import { controllerResources } from "./resources.js";

const programs: Readonly<Record<Role, Program>> = {
  notebook: {
    parts: ["common.py", "places.py", "save_script.py", "server.py", "offer_clusters.py", "notebook.py"],
    run: "run_notebook",
  },
  controller: { parts: ["common.py", "places.py", "controller.py"], run: "run_controller" },
  engines: { parts: ["common.py", "places.py", "engine.py"], run: "run_engine" },
};

/** The records that jobs will overwrite are there from the start, with their full size: see core's records.ts. */
export function planFiles(context: PlanContext): FileToWrite[] {
  const { session, run } = context;
  const { password } = session.notebook;
  const file = (name: keyof typeof records, content: Readonly<Record<string, unknown>>): FileToWrite => ({
    path: recordPath(run, name),
    text: encodeRecord({ run: run.id, ...content }),
  });
  const waiting = { state: "waiting" };
  return [
    file("secrets", { token: run.token, ...(password === undefined ? {} : { password }) }),
    file("notebook", waiting),
    ...(session.cluster ? [file("controller", waiting), file("engines", waiting)] : []),
    { path: `${logDirectory(run)}/.keep`, text: "" },
    ...insideFiles(context),
  ];
}

export function planJobs(context: PlanContext): PlannedJob[] {
  const { session, directory, run, readiness, scheduler } = context;
  const { cluster, notebook } = session;
  const common = { run: run.id, records: run.directory, directory, readiness };

  const job = (
    role: Role,
    resources: JobResources,
    parameters: Readonly<Record<string, unknown>>,
    array: { tasks: number; taskVariable: string } | undefined = undefined,
  ): PlannedJob => {
    const name = `${session.name}-${role}-${run.id}`;
    const spec: JobSpec = {
      name,
      script: jobScript({
        title: `${name}: the ${titles[role]} of the session ${session.name}`,
        environment: notebook.environment,
        directory,
        program: programs[role],
        parameters: { ...common, ...parameters },
        ...(array ? { taskVariable: array.taskVariable } : {}),
      }),
      workingDirectory: directory,
      output: logPath(run, role),
      resources,
      ...(array ? { tasks: array.tasks } : {}),
    };
    return { role, spec };
  };

  const notebookJob = job("notebook", session.resources, {
    app: notebook.app,
    listen: notebook.listen,
    saveScript: notebook.saveScript,
    profile: session.name,
    ipython: `${directory}/.hpcnb/ipython`,
    cluster: cluster !== undefined,
    inside: insidePaths(run),
  });
  if (!cluster) return [notebookJob];
  const heartbeat = heartbeatOf(cluster.engines);
  return [
    notebookJob,
    job("controller", controllerResources(cluster.resources, session.resources), {
      oneHost: scheduler.runsOnHost,
      heartbeat,
    }),
    job("engines", cluster.resources, { heartbeat }, { tasks: cluster.engines, taskVariable: scheduler.taskVariable }),
  ];
}

const titles: Readonly<Record<Role, string>> = {
  notebook: "notebook server",
  controller: "ipyparallel controller",
  engines: "ipyparallel engines",
};

/**
 * Milliseconds. An engine is registered after one or two heartbeats, which ipyparallel's own 3 s make a wait of up to 6 s;
 * the controller is to handle no more than 200 beats a second.
 */
function heartbeatOf(engines: number): number {
  return Math.min(3000, Math.max(500, engines * 5));
}
