import type { FileToWrite, Host } from "../host.js";
import type { JobReadiness } from "../readiness.js";
import type { JobSpec, Scheduler } from "../scheduler.js";
import type { Session } from "../session-file/session.js";
import type { Endpoint } from "../tunnel.js";

/** The three jobs of a session. The engines are one array job. */
export type Role = "notebook" | "controller" | "engines";

/** One start of a session's jobs. A new one has new secrets and a directory with a name that no host has looked up before. */
export interface Run {
  /** Ten lower-case letters and digits. */
  readonly id: string;
  /** Absolute: `<notebook directory>/.hpcnb/runs/<id>`. */
  readonly directory: string;
  /** Of the notebook server; 48 hexadecimal digits. */
  readonly token: string;
}

export interface PlannedJob {
  readonly role: Role;
  readonly spec: JobSpec;
}

export interface PlanContext {
  readonly session: Session;
  /** Absolute, as the host resolved it. */
  readonly directory: string;
  readonly run: Run;
  readonly readiness: JobReadiness;
  readonly scheduler: Pick<Scheduler, "runsOnHost" | "taskVariable" | "commands">;
}

/** What the notebook job has published of itself. */
export type NotebookReport =
  | { readonly state: "waiting" }
  /** The job runs, and its storage has become ready after `storageSeconds`. */
  | { readonly state: "started"; readonly host: string; readonly storageSeconds: number }
  | {
      readonly state: "answering";
      readonly host: string;
      readonly storageSeconds: number;
      readonly endpoint: Endpoint;
      /** Such as "JupyterLab 4.6.6". */
      readonly server: string;
      /** Why the endpoint is a port although a socket was preferred. */
      readonly note?: string;
    }
  | { readonly state: "failed"; readonly problem: string; readonly hint?: string }
  | { readonly state: "ended" };

/** What the controller job has published of itself. */
export type ControllerReport =
  | { readonly state: "waiting" }
  | { readonly state: "started" | "answering"; readonly host: string }
  | { readonly state: "failed"; readonly problem: string; readonly hint?: string }
  | { readonly state: "ended" };

/** Which engines the controller knows, as array task numbers, ascending. */
export interface RegisteredEngines {
  readonly tasks: readonly number[];
}

export interface Reports {
  readonly notebook: NotebookReport;
  readonly controller: ControllerReport;
  readonly registered: RegisteredEngines;
}

/**
 * What runs in a session's jobs, and how to talk to it. The life cycle knows nothing of Jupyter and ipyparallel; an
 * implementation of this does.
 */
export interface Workload {
  /**
   * Looks whether the session's Python environment has what the session needs, on the host.
   * @throws HPCNB_ENVIRONMENT saying which Python was asked, what it lacks and how to install it.
   */
  check(host: Host, session: Session, directory: string, signal?: AbortSignal): Promise<{ readonly summary: string }>;

  /** The files that must be there before the jobs are submitted, and the jobs. Pure. No job holds a secret. */
  plan(context: PlanContext): { readonly files: readonly FileToWrite[]; readonly jobs: readonly PlannedJob[] };

  /** The paths of the records that the jobs of a run publish, in the order that `reports` takes them. Pure. */
  recordPaths(run: Pick<Run, "directory">): readonly string[];

  /** What records say; undefined stands for one that could not be read (yet). Pure. */
  reports(records: readonly (Readonly<Record<string, unknown>> | undefined)[]): Reports;

  /** The log file of a job, or of task `task` of the engines. Pure. */
  logPath(run: Pick<Run, "directory">, role: Role, task?: number): string;

  /**
   * Whether the notebook server behind `baseUrl` (no trailing slash) answers to this token. False when nothing answers (yet).
   * @throws HPCNB_TUNNEL when something answers that is not this session's server.
   */
  answers(baseUrl: string, token: string, signal?: AbortSignal): Promise<boolean>;

  /** The address to give to a browser; with a token it logs the user in. Pure. */
  url(baseUrl: string, session: Session, token?: string): string;
}
