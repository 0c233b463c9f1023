import type { ConnectionFacts } from "../connector.js";
import type { FileToWrite, Host } from "../host.js";
import type { JobReadiness } from "../readiness.js";
import type { JobSpec, Scheduler, TaskRange } from "../scheduler.js";
import type { Session } from "../session-file/session.js";
import type { Endpoint } from "../tunnel.js";

/** The kinds of jobs of a session. The engines are one array job, or more. */
export type Role = "notebook" | "controller" | "engines";

/**
 * One start of a session's jobs. A new one has new secrets and a directory with a name that no host
 * has looked up before.
 */
export interface Run {
  /** Ten lower-case letters and digits. */
  readonly id: string;
  /** Absolute: `<notebook directory>/.hpcnb/runs/<id>`. */
  readonly directory: string;
  /** The notebook server's: 48 hexadecimal digits. */
  readonly token: string;
}

/**
 * A controller with its engines. When the controller is lost, the run goes on with a new cluster in
 * a new directory.
 */
export interface Cluster {
  /** From 1. */
  readonly generation: number;
  /** Absolute: `<run directory>/cluster-<generation>`. */
  readonly directory: string;
  /**
   * True while this cluster's controller runs inside the notebook job, and is no job of its own.
   */
  readonly inNotebook: boolean;
}

/**
 * The engines of a cluster are numbered from 1 through all its arrays; a number is never given
 * twice. Task t of an array is the engine `first + t - 1`, and ipyparallel knows engine n as n - 1.
 */
export interface EngineArray extends TaskRange {
  /** Its name in `cluster.groups`. */
  readonly group: string;
  /** How many of its tasks may run at the same time. */
  readonly atOnce?: number;
}

/** What a job of a session is to do. */
export type JobRole =
  | { readonly role: "notebook" }
  | { readonly role: "controller" }
  | { readonly role: "engines"; readonly array: EngineArray };

export interface PlanContext {
  readonly session: Session;
  /** Absolute, as the host resolved it. */
  readonly directory: string;
  readonly run: Run;
  readonly readiness: JobReadiness;
  readonly scheduler: Pick<
    Scheduler,
    "runsOnHost" | "taskVariable" | "reservedExitCodes" | "countedOptions" | "commands"
  >;
  /** The cluster that the session has, or is to have. */
  readonly cluster: Cluster | undefined;
}

export interface ClusterContext extends PlanContext {
  readonly cluster: Cluster;
}

/**
 * How many engines of a group are wanted: the controller ends idle ones while more are registered.
 */
export interface EngineTarget {
  /** Numbers of the engines that count, ascending. */
  readonly ranges: readonly TaskRange[];
  readonly wanted: number;
}

/**
 * What the notebook job has published of itself. It began to run at `startedAt`: ISO 8601, by its
 * host's clock.
 */
export type NotebookReport =
  | { readonly state: "waiting" }
  /** The job runs, and its storage has become ready after `storageSeconds`. */
  | { readonly state: "started"; readonly host: string; readonly storageSeconds: number; readonly startedAt?: string }
  | {
      readonly state: "answering";
      readonly host: string;
      readonly storageSeconds: number;
      readonly startedAt?: string;
      readonly endpoint: Endpoint;
      /** Such as "JupyterLab 4.6.6". */
      readonly server: string;
      /** Why the server, or its kernels, listen on ports although sockets were preferred. */
      readonly note?: string;
      /** The generation of a cluster whose controller the notebook's host cannot reach any more. */
      readonly unreachableCluster?: number;
      /** A part of a sentence. An older job does not tell. */
      readonly unreachableBecause?: string;
      /** How often its token was changed while it ran. */
      readonly renewals?: number;
    }
  | { readonly state: "failed"; readonly problem: string; readonly hint?: string }
  | EndReport;

/** What a job says last. One that an older hpcnb started says no more than that it has ended. */
export interface EndReport {
  readonly state: "ended";
  /** For which it had run. */
  readonly seconds?: number;
  /** Whether it was told to end, by a signal. */
  readonly told?: boolean;
}

/** What the controller job has published of itself. */
export type ControllerReport =
  | { readonly state: "waiting" }
  /**
   * The storage of its host became ready after `storageSeconds`; a controller that an older hpcnb
   * started does not say.
   */
  | { readonly state: "started" | "answering"; readonly host: string; readonly storageSeconds?: number }
  | { readonly state: "failed"; readonly problem: string; readonly hint?: string }
  | EndReport;

/** What the controller knows of one engine: "restarted" ones died, and are registered again. */
export type EngineReport = "registered" | "restarted" | "lost" | "retired";

/** By the engine's number; of the others the controller has never heard. */
export type EngineReports = ReadonlyMap<number, EngineReport>;

export interface Reports {
  readonly notebook: NotebookReport;
  readonly controller: ControllerReport;
  readonly engines: EngineReports;
}

export interface CheckRequest {
  readonly session: Session;
  /** The notebook directory; absolute. */
  readonly directory: string;
  /** Whether the jobs run on the host itself. */
  readonly runsOnHost: boolean;
}

/**
 * What runs in a session's jobs, and how to talk to it. The life cycle knows nothing of Jupyter and
 * ipyparallel; an implementation of this does.
 */
export interface Workload {
  /**
   * Looks whether the session's Python environment has what the session needs, on the host, and
   * where its jobs run on the host, whether the user may have enough processes there.
   * @throws HPCNB_ENVIRONMENT saying which Python was asked, what it lacks and how to install it,
   *   or how many processes are too few.
   */
  check(host: Host, asked: CheckRequest, signal?: AbortSignal): Promise<{ readonly summary: string }>;

  /**
   * The files of a run that must be there before its jobs are submitted. One of them is the record
   * at `secretsPath(run)`. Core reads the run's `directory` and `token` from it later. Pure.
   * @param variables set in the notebook and the engines; they reach the jobs through a file for
   *   the user alone.
   * @throws HPCNB_BAD_SESSION_FILE when they are too many.
   */
  runFiles(context: PlanContext, variables: Readonly<Record<string, string>>): FileToWrite[];

  /** The same of a cluster, whose directory no host has looked up before. Pure. */
  clusterFiles(context: ClusterContext): FileToWrite[];

  /** No job holds a secret. Pure. */
  job(context: PlanContext, which: JobRole): JobSpec;

  /** Tells the notebook which cluster is its own, in place. Pure. */
  pointer(run: Pick<Run, "id" | "directory">, cluster: Cluster): FileToWrite;

  /**
   * Tells the controller how many engines of each group are wanted, in place. Where not all ranges
   * can be told, engines of those left out are not counted, and none of them is ended. Pure.
   */
  targets(run: Pick<Run, "id">, cluster: Cluster, targets: readonly EngineTarget[]): FileToWrite;

  /**
   * The paths of the records that the jobs publish, in the order that `reports` takes them. Pure.
   */
  recordPaths(run: Pick<Run, "directory">, cluster: Cluster | undefined): readonly string[];

  /** What records say; undefined stands for one that could not be read (yet). Pure. */
  reports(records: readonly (Readonly<Record<string, unknown>> | undefined)[]): Reports;

  /** The log file of a job, or of one engine of an array. Pure. */
  logPath(which: LogOf): string;

  /**
   * Whether the notebook server behind a connection answers to this token, which goes by the
   * connection's own socket if it has one. False when nothing answers (yet).
   * @throws HPCNB_TUNNEL when something answers that is not this session's server.
   */
  answers(at: Pick<ConnectionFacts, "baseUrl" | "door">, token: string, signal?: AbortSignal): Promise<boolean>;

  /** The address to give to a browser; with a token it logs the user in. Pure. */
  url(baseUrl: string, session: Session, token?: string): string;
}

export type LogOf =
  | { readonly role: "notebook"; readonly run: Pick<Run, "directory"> }
  /** In the notebook job, the controller's log is the notebook's. */
  | { readonly role: "controller"; readonly run: Pick<Run, "directory">; readonly cluster: Cluster }
  | { readonly role: "engines"; readonly cluster: Cluster; readonly array: EngineArray; readonly engine: number };
