import type { Cluster, EngineArray, LogPlace, Run } from "@hpcnb/core";

/** Names in a run's directory. The programs in ../python use the same. */
const runRecords = { secrets: "secrets.record", notebook: "notebook.record", cluster: "cluster.record" } as const;

/** The same in a cluster's directory. */
const clusterRecords = { controller: "controller.record", engines: "engines.record", wishes: "wishes.record" } as const;

export function runRecord({ directory }: Pick<Run, "directory">, record: keyof typeof runRecords): string {
  return `${directory}/${runRecords[record]}`;
}

export function clusterRecord({ directory }: Pick<Cluster, "directory">, record: keyof typeof clusterRecords): string {
  return `${directory}/${clusterRecords[record]}`;
}

/** Of clusters that are started inside the notebook. */
export function insidePaths({ directory }: Pick<Run, "directory">) {
  return {
    /** On Python's path in the notebook's server and kernels: nothing else may lie there. */
    module: `${directory}/python`,
    /** A directory for each cluster. */
    clusters: `${directory}/inside`,
    /** By which their jobs know that the notebook is there. */
    pulse: `${directory}/pulse.record`,
  };
}

/** Of a run or a cluster. */
export function logDirectory({ directory }: { readonly directory: string }): string {
  return `${directory}/logs`;
}

export function logPath(place: LogPlace): string {
  if (place.role === "notebook" || (place.role === "controller" && place.cluster.inNotebook))
    return `${logDirectory(place.run)}/notebook.log`;
  if (place.role === "controller") return `${logDirectory(place.cluster)}/controller.log`;
  const { cluster, array, engine } = place;
  return arrayLog(cluster, array).replace("{task}", String(engine - array.first + 1));
}

/** With the pattern that an adapter fills in. */
export function arrayLog(cluster: Cluster, { first }: EngineArray): string {
  return `${logDirectory(cluster)}/engines-${first}.{task}.log`;
}
