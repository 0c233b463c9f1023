import type { Workload } from "@hpcnb/core";
import { checkEnvironment } from "./check.js";
import { logPath, recordPath } from "./layout.js";
import { planFiles, planJobs } from "./plan.js";
import { reportsOf } from "./reports.js";
import { browserUrl, serverAnswers } from "./rest.js";

/** JupyterLab or Jupyter Notebook, with ipyparallel's controller and engines. */
export function createWorkload(): Workload {
  return {
    check: checkEnvironment,
    plan: (context) => ({ files: planFiles(context), jobs: planJobs(context) }),
    recordPaths: (run) => [recordPath(run, "notebook"), recordPath(run, "controller"), recordPath(run, "engines")],
    reports: reportsOf,
    logPath,
    answers: serverAnswers,
    url: browserUrl,
  };
}
