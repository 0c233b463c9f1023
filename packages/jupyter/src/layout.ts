import type { Role, Run } from "@hpcnb/core";

/** Names in a run's directory. The programs in ../python use the same. */
export const records = {
  secrets: "secrets.record",
  notebook: "notebook.record",
  controller: "controller.record",
  engines: "engines.record",
} as const;

export function recordPath(run: Pick<Run, "directory">, record: keyof typeof records): string {
  return `${run.directory}/${records[record]}`;
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

export function logDirectory(run: Pick<Run, "directory">): string {
  return `${run.directory}/logs`;
}

/** Of the engines without a number: the pattern that an adapter fills in. */
export function logPath(run: Pick<Run, "directory">, role: Role, task?: number): string {
  const name = role === "engines" ? `engine.${task ?? "{task}"}` : role;
  return `${logDirectory(run)}/${name}.log`;
}
