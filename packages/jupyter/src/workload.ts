import type { Workload } from "@hpcnb/core";
import { checkEnvironment } from "./check.js";
import { clusterRecord, logPath, runRecord } from "./layout.js";
import { planClusterFiles, planJob, planPointer, planRunFiles, planWishes } from "./plan.js";
import { reportsOf } from "./reports.js";
import { browserUrl, serverAnswers } from "./rest.js";

/** JupyterLab or Jupyter Notebook, with ipyparallel's controller and engines. */
export function createWorkload(): Workload {
  return {
    check: checkEnvironment,
    runFiles: planRunFiles,
    clusterFiles: planClusterFiles,
    job: planJob,
    pointer: planPointer,
    wishes: planWishes,
    recordPaths: (run, cluster) => [
      runRecord(run, "notebook"),
      ...(cluster ? [clusterRecord(cluster, "controller"), clusterRecord(cluster, "engines")] : []),
    ],
    reports: reportsOf,
    logPath,
    answers: serverAnswers,
    url: browserUrl,
  };
}
