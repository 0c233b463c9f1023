import type { Run } from "./workload.js";

/**
 * Where a session's state lies: beside the notebooks, on the cluster, for the user alone (0700).
 */
export function sessionDirectory(notebookDirectory: string): string {
  return `${notebookDirectory}/.hpcnb`;
}

export function recordPath(notebookDirectory: string): string {
  return `${sessionDirectory(notebookDirectory)}/session.json`;
}

export function lockPath(notebookDirectory: string): string {
  return `${sessionDirectory(notebookDirectory)}/lock`;
}

export function runsDirectory(notebookDirectory: string): string {
  return `${sessionDirectory(notebookDirectory)}/runs`;
}

export function runDirectory(notebookDirectory: string, runId: string): string {
  return `${runsDirectory(notebookDirectory)}/${runId}`;
}

/** The one file that holds a run's token: mode 0600, in the format of records.ts. */
export function secretsPath(run: Pick<Run, "directory">): string {
  return `${run.directory}/secrets.record`;
}

/** The folder of one cluster of a run: its jobs' records and logs. */
export function clusterDirectory(run: Pick<Run, "directory">, generation: number): string {
  return `${run.directory}/cluster-${generation}`;
}
