import type { FileToWrite, JobSpec } from "@hpcnb/core";
import type {
  Cluster,
  ClusterContext,
  ControllerReport,
  EngineReports,
  EngineTarget,
  JobRole,
  LogOf,
  NotebookReport,
  PlanContext,
  Run,
  Workload,
} from "@hpcnb/core/session";
import type { Session } from "@hpcnb/core/session-file";
import type { Need } from "./check.js";
import type { Fields } from "./reports.js";

/** What a person opens in the browser: a server in a job of its own. */
export interface App extends Pick<Workload, "answers" | "url"> {
  /** Checked in the session's Python environment. */
  needs(session: Session): Need[];
  /** Its processes and threads, on one host, with one kernel and the keeper of its tunnel. */
  readonly processes: number;
  /** @throws HPCNB_BAD_SESSION_FILE when the variables are too many. */
  runFiles(context: PlanContext, variables: Readonly<Record<string, string>>): FileToWrite[];
  job(context: PlanContext, companion: object): JobSpec;
  recordPath(run: Pick<Run, "directory">): string;
  report(record: Fields | undefined): NotebookReport;
  logPath(run: Pick<Run, "directory">): string;
}

/** A kind of engines, with what coordinates them. */
export interface ClusterKind {
  /** Checked in the session's Python environment, when the session has a cluster. */
  needs(): Need[];
  /** Processes and threads that the controller and so many engines have, on one host. */
  processes(engines: number): number;
  /** Parameters, for what a cluster kind has running inside the app's job. */
  companion(context: PlanContext): object;
  runFiles(context: PlanContext): FileToWrite[];
  clusterFiles(context: ClusterContext): FileToWrite[];
  job(context: ClusterContext, which: Exclude<JobRole, { role: "notebook" }>): JobSpec;
  pointer(run: Pick<Run, "id" | "directory">, cluster: Cluster): FileToWrite;
  targets(run: Pick<Run, "id">, cluster: Cluster, targets: readonly EngineTarget[]): FileToWrite;
  /** In the order that `reports` takes them. */
  recordPaths(cluster: Cluster): readonly string[];
  reports(records: readonly (Fields | undefined)[]): {
    readonly controller: ControllerReport;
    readonly engines: EngineReports;
  };
  logPath(which: Exclude<LogOf, { role: "notebook" }>): string;
}
