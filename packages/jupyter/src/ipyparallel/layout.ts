import type { Cluster, EngineArray, LogOf, Run } from "@hpcnb/core/session";
import { logDirectory } from "../launch/layout.js";

/** Names in a cluster's directory. The programs in ../../python use the same. */
const clusterRecords = {
  controller: "controller.record",
  engines: "engines.record",
  targets: "targets.record",
} as const;

export function clusterRecord({ directory }: Pick<Cluster, "directory">, record: keyof typeof clusterRecords): string {
  return `${directory}/${clusterRecords[record]}`;
}

/** In a run's directory: says which cluster is the run's own. */
export function pointerRecord({ directory }: Pick<Run, "directory">): string {
  return `${directory}/cluster.record`;
}

/** The paths of notebook clusters: those that a user starts in the notebook. */
export function notebookClusterPaths({ directory }: Pick<Run, "directory">) {
  return {
    /** On Python's path in the notebook's server and kernels: nothing else may lie there. */
    module: `${directory}/python`,
    /** A directory for each cluster. */
    clusters: `${directory}/notebook-clusters`,
    /** By which their jobs know that the notebook is there. */
    pulse: `${directory}/pulse.record`,
  };
}

/** The log of a controller that is a job of its own, or of an engine. */
export function clusterLog(log: Exclude<LogOf, { role: "notebook" }>): string {
  if (log.role === "controller") return controllerLog(log.cluster);
  const { cluster, array, engine } = log;
  return arrayLog(cluster, array).replace("{task}", String(engine - array.first + 1));
}

export function controllerLog(cluster: Cluster): string {
  return `${logDirectory(cluster)}/controller.log`;
}

/** With the pattern that an adapter fills in. */
export function arrayLog(cluster: Cluster, { first }: EngineArray): string {
  return `${logDirectory(cluster)}/engines-${first}.{task}.log`;
}
