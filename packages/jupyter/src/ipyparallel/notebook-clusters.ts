import { encodeRecord, type FileToWrite, type JobResources, type JobSpec, onlyGroup } from "@hpcnb/core";
import { jobName, type PlanContext, secretsPath } from "@hpcnb/core/session";
import { jobScript } from "../launch/job-script.js";
import { jobParameters } from "../launch/job-spec.js";
import { launcherModules, type Program } from "../python.js";
import { clusterRecord, notebookClusterPaths } from "./layout.js";
import { networkParameters } from "./network.js";
import type { ControllerParameters, EngineParameters, PulseParameters } from "./parameters.js";
import { controllerResources } from "./resources.js";

/**
 * What ../../python/hpcnb_launchers/jobs.py puts its own words for, wherever they stand in these
 * files and commands.
 */
const placeholders = { cluster: "HPCNBCLUSTER", set: "HPCNBSET", tasks: 987654321, job: "HPCNBJOB" } as const;

/**
 * One for all numbers of engines, which are not known yet when the controller is submitted; good
 * for some hundreds of them.
 */
const heartbeatMs = 1000;

/**
 * Notebook clusters end by themselves after this time without a sign of life from the notebook.
 */
const notebookSilenceSeconds = 300;

const programs = {
  controller: "notebook_cluster_controller",
  engines: "notebook_cluster_engine",
} as const satisfies Record<string, Program>;

/**
 * What a notebook needs for starting clusters by itself: Python modules with ipyparallel's
 * launchers, and beside it all that they need to know, as plain data. No secret is in it.
 */
export function notebookClusterFiles(context: PlanContext): FileToWrite[] {
  const { session, run, scheduler } = context;
  const paths = notebookClusterPaths(run);
  const knowledge = {
    run: run.id,
    session: session.name,
    directory: paths.clusters,
    ownEngines: session.cluster?.groups.reduce((sum, { engines }) => sum + engines, 0) ?? null,
    mostEngines: session.site?.mostEngines ?? null,
    help: session.site?.help ?? null,
    jobs: scheduler.commands ? notebookClusterJobs(context, scheduler.commands) : null,
  };
  return [
    { path: paths.pulse, text: encodeRecord({ run: run.id, state: "waiting" }) },
    { path: `${paths.clusters}/.keep`, text: "" },
    ...[...launcherModules()].map(([path, text]) => ({ path: `${paths.module}/${path}`, text: `${text}\n` })),
    { path: `${paths.module}/hpcnb_launchers.json`, text: JSON.stringify(knowledge) },
  ];
}

function notebookClusterJobs(context: PlanContext, commands: NonNullable<PlanContext["scheduler"]["commands"]>) {
  const { run } = context;
  const directory = `${notebookClusterPaths(run).clusters}/${placeholders.cluster}`;
  const waiting = encodeRecord({ run: run.id, state: "waiting" });
  const specs = jobSpecs(context, directory);
  return {
    placeholders,
    files: (["controller", "engines"] as const).map((name) => ({
      path: clusterRecord({ directory }, name),
      text: waiting,
    })),
    controllerRecord: clusterRecord({ directory }, "controller"),
    controllerLog: specs.controller.output,
    controller: commands.submit(specs.controller),
    engines: commands.submit(specs.engines),
    cancel: commands.cancel([placeholders.job]),
    idPattern: commands.idPattern,
  };
}

function jobSpecs(context: PlanContext, records: string) {
  const { session, directory, run, readiness, scheduler } = context;
  const record = (name: "controller" | "engines" | "targets") => clusterRecord({ directory: records }, name);
  const pulse: PulseParameters = {
    pulseRecord: notebookClusterPaths(run).pulse,
    silence: Math.max(notebookSilenceSeconds, 2 * readiness.seconds),
  };
  const controller: ControllerParameters = {
    ...jobParameters(context),
    record: record("controller"),
    enginesRecord: record("engines"),
    targetsRecord: record("targets"),
    oneHost: scheduler.runsOnHost,
    heartbeat: heartbeatMs,
    ...networkParameters(session),
  };
  const engine: EngineParameters = {
    ...jobParameters(context),
    controllerRecord: record("controller"),
    enginesRecord: record("engines"),
    secretsRecord: secretsPath(run),
    first: 1,
    group: onlyGroup,
    restarts: 0,
  };
  const parameters = { controller: { ...controller, ...pulse }, engines: { ...engine, ...pulse } };
  const spec = (kind: keyof typeof programs, log: string, resources: JobResources, own: object): JobSpec => {
    // It ends with what makes it unique, which adapters keep of a long name.
    const name = jobName(session.name, kind, run.id, `-${placeholders.cluster}`);
    return {
      name,
      script: jobScript({
        title: `${name}: ipyparallel ${kind}, started in the notebook of the session ${session.name}`,
        environment: session.notebook.environment,
        directory,
        program: programs[kind],
        parameters: parameters[kind],
        ...own,
      }),
      workingDirectory: directory,
      output: `${records}/${log}`,
      resources,
    };
  };
  const near = (resources: JobResources) => controllerResources(resources, [resources, session.resources], scheduler);
  const engines = session.cluster?.groups[0]?.resources ?? near(session.resources);
  return {
    controller: spec("controller", "controller.log", near(engines), {}),
    engines: {
      ...spec("engines", `engine-${placeholders.set}.{task}.log`, engines, { taskVariable: scheduler.taskVariable }),
      tasks: placeholders.tasks,
    },
  };
}
