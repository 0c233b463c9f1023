import type { CommandResult } from "@hpcnb/core";
import type { Workload } from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import { notebookApp as app } from "./app/notebook.js";
import { ipyparallel as kind } from "./ipyparallel/cluster.js";
import * as launch from "./launch/check.js";

/** JupyterLab or Jupyter Notebook, with ipyparallel's controller and engines. */
export function createWorkload(): Workload {
  return {
    check: (host, { session, directory, runsOnHost }, signal) => {
      const processes = runsOnHost ? { processes: processesOf(session) } : {};
      return launch.checkEnvironment(host, { session, directory, needs: needsOf(session), ...processes }, signal);
    },
    runFiles: (context, variables) => [...app.runFiles(context, variables), ...kind.runFiles(context)],
    clusterFiles: kind.clusterFiles,
    job: (context, which) => {
      if (which.role === "notebook") return app.job(context, kind.companion(context));
      const { cluster } = context;
      if (!cluster) throw new Error(`A session without a cluster has no ${which.role}`);
      return kind.job({ ...context, cluster }, which);
    },
    pointer: kind.pointer,
    targets: kind.targets,
    recordPaths: (run, cluster) => [app.recordPath(run), ...(cluster ? kind.recordPaths(cluster) : [])],
    reports: ([notebook, ...others]) => ({ notebook: app.report(notebook), ...kind.reports(others) }),
    // In the notebook job, the controller's log is the notebook's.
    logPath: (which) =>
      which.role === "notebook" || (which.role === "controller" && which.cluster.inNotebook)
        ? app.logPath(which.run)
        : kind.logPath(which),
    answers: app.answers,
    url: app.url,
  };
}

/** Shell text (bash) that finds the session's Python and asks it what it has. Pure. */
export function environmentProbe(session: Session, directory: string): string {
  return launch.environmentProbe({ session, directory, needs: needsOf(session) });
}

/**
 * What that text printed, on the host of this name. @throws HPCNB_ENVIRONMENT: see
 * `Workload.check`. Pure.
 */
export function judgeEnvironment(
  result: CommandResult,
  { session, ...about }: { readonly where: string; readonly session: Session; readonly directory: string },
): { readonly summary: string } {
  return launch.judgeEnvironment(result, { ...about, session, needs: needsOf(session) });
}

/** At least, when it is up with all its jobs on one host. */
function processesOf({ cluster }: Session): number {
  return app.processes + (cluster ? kind.processes(cluster.minimum) : 0);
}

function needsOf(session: Session): launch.Need[] {
  return [...app.needs(session), ...(session.cluster ? kind.needs() : [])];
}
