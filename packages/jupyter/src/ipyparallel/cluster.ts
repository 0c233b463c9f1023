import type { ClusterKind } from "../launch/kinds.js";
import { clusterLog, clusterRecord } from "./layout.js";
import { notebookClusterFiles } from "./notebook-clusters.js";
import { companion, planClusterFiles, planClusterJob, planPointer, planTargets } from "./plan.js";
import { clusterReports } from "./reports.js";

/**
 * ipyparallel's controller and engines. The first with `python -m ipyparallel.controller` as it is
 * used here is 7.
 */
export const ipyparallel: ClusterKind = {
  needs: () => [{ name: "ipyparallel", title: "ipyparallel", oldest: 7 }],
  // Counted, with ipyparallel 9: 34 of the controller and its children, 21 of each engine.
  processes: (engines) => 34 + 21 * engines,
  companion,
  runFiles: (context) => [planPointer(context.run, context.cluster), ...notebookClusterFiles(context)],
  clusterFiles: planClusterFiles,
  job: planClusterJob,
  pointer: planPointer,
  targets: planTargets,
  recordPaths: (cluster) => [clusterRecord(cluster, "controller"), clusterRecord(cluster, "engines")],
  reports: clusterReports,
  logPath: clusterLog,
};
