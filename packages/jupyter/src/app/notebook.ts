import {
  defined,
  encodeRecord,
  type FileToWrite,
  HpcnbError,
  type JobSpec,
  rendezvousFiles,
  rendezvousPaths,
  tunnelKeysPath,
} from "@hpcnb/core";
import { jobName, type PlanContext, type Run, secretsPath, sessionDirectory } from "@hpcnb/core/session";
import { jobParameters, jobSpec } from "../launch/job-spec.js";
import type { App } from "../launch/kinds.js";
import { logDirectory } from "../launch/layout.js";
import type { NotebookParameters, RelayParameters } from "./parameters.js";
import { notebookReport } from "./report.js";
import { browserUrl, serverAnswers } from "./rest.js";

/** JupyterLab or Jupyter Notebook. */
export const notebookApp: App = {
  needs: ({ notebook }) => [
    notebook.app === "lab" ? { name: "jupyterlab", title: "JupyterLab" } : { name: "notebook", title: "Notebook" },
  ],
  // Counted: 9, 11 of the keeper and 14 of a kernel.
  processes: 34,
  runFiles,
  job: planNotebook,
  recordPath,
  report: notebookReport,
  logPath,
  answers: serverAnswers,
  url: browserUrl,
};

function recordPath({ directory }: Pick<Run, "directory">): string {
  return `${directory}/notebook.record`;
}

function logPath(run: Pick<Run, "directory">): string {
  return `${logDirectory(run)}/notebook.log`;
}

/**
 * The records that will be overwritten are there from the start, with their full size: see core's
 * records.ts.
 */
function runFiles(context: PlanContext, variables: Readonly<Record<string, string>>): FileToWrite[] {
  const { session, run } = context;
  const { password } = session.notebook;
  return [
    { path: secretsPath(run), text: secretsText(run, { password, variables }) },
    { path: recordPath(run), text: encodeRecord({ run: run.id, state: "waiting" }) },
    ...(relayOf(context) ? rendezvousFiles(run, session.tunnel.ports) : []),
    { path: `${logDirectory(run)}/.keep`, text: "" },
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
    ...defined({ password }),
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

function planNotebook(context: PlanContext, companion: object): JobSpec {
  const { session, directory, run } = context;
  const { notebook } = session;
  const parameters: NotebookParameters = {
    ...jobParameters(context),
    record: recordPath(run),
    secretsRecord: secretsPath(run),
    keysRecord: tunnelKeysPath(run, "notebook"),
    relay: relayOf(context),
    app: notebook.app,
    listen: notebook.listen,
    saveScript: notebook.saveScript,
    walltime: session.resources.walltimeSeconds ?? null,
    profile: session.name,
    ipython: `${sessionDirectory(directory)}/ipython`,
  };
  return jobSpec(context, {
    name: jobName(session.name, "notebook", run.id),
    title: "notebook server",
    program: "notebook",
    parameters: { ...parameters, ...companion },
    output: logPath(run),
    resources: session.resources,
  });
}

/** Where the jobs run on the host itself, other tunnels get there without. */
function relayOf({ session, scheduler, run }: PlanContext): RelayParameters | null {
  const { kind, ports } = session.tunnel;
  const isAuto = kind === "auto" && !scheduler.runsOnHost;
  if (!isAuto && kind !== "relay" && kind !== "reverse") return null;
  return {
    listens: kind !== "reverse",
    ports: ports ? [ports.low, ports.high] : null,
    rendezvous: { run: run.id, ...rendezvousPaths(run) },
  };
}
