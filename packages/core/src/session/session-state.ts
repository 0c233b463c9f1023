import type { ConnectionFacts } from "../connector.js";
import type { HpcnbError } from "../errors.js";
import type { JobHistory, JobStatus } from "../scheduler.js";
import { type EngineCounts, type EngineFacts, listEngines } from "./engines.js";
import { type JobFacts, jobsIn, type SessionJobs } from "./job-facts.js";
import type { RecordProblem, SessionRecord } from "./session-record.js";
import type { SessionEnd } from "./session-schema.js";
import type { Strays } from "./strays.js";
import type { Reports, Role } from "./workload.js";

/**
 * Where a session is. In the order in which a session goes through them:
 *
 * absent: never started, or no trace of it · lost: its jobs are listed, and there is no record of
 * it · submitting: not all that its record says is carried out · queued: the notebook job waits ·
 * starting: it runs, the server does not answer yet · connecting: the server answers on its host,
 * no tunnel leads there · gathering: the notebook is reachable, fewer engines than the minimum are
 * registered · up · degraded: the notebook is reachable, its controller is lost, or so many engines
 * that the minimum cannot be reached · failed: the notebook job is lost · stopping: asked to end ·
 * ended: every job is gone.
 */
export type Phase =
  | "absent"
  | "lost"
  | "submitting"
  | "queued"
  | "starting"
  | "connecting"
  | "gathering"
  | "up"
  | "degraded"
  | "failed"
  | "stopping"
  | "ended";

/** Whether there is a notebook, or one is to come. */
export function isAlive(phase: Phase): boolean {
  return !["absent", "lost", "failed", "stopping", "ended"].includes(phase);
}

/**
 * What can be learnt or done about a session. Each carries the whole fact, so events may be lost,
 * doubled or late.
 */
export type SessionEvent =
  | {
      readonly type: "record-read";
      readonly record: SessionRecord | undefined;
      /** Why there is none, although there is something. */
      readonly problem?: RecordProblem;
    }
  | { readonly type: "strays-listed"; readonly strays: Strays }
  | { readonly type: "jobs-listed"; readonly jobs: readonly JobStatus[] }
  /** The same jobs as were listed last, with reasons: no new answer about which jobs there are. */
  | { readonly type: "jobs-explained"; readonly jobs: readonly JobStatus[] }
  /** The scheduler gave no full answer: nothing is learnt of the session but that. */
  | { readonly type: "question-failed"; readonly error: unknown }
  | { readonly type: "history-read" /** The job's. */; readonly name: string; readonly history: JobHistory }
  | { readonly type: "reports-read"; readonly reports: Reports }
  | { readonly type: "reports-damaged"; readonly error: HpcnbError }
  | { readonly type: "tunnel-opened"; readonly connection: ConnectionFacts }
  | { readonly type: "tunnel-closed" }
  | { readonly type: "stop-requested" };

export interface SessionState {
  readonly phase: Phase;
  readonly record?: SessionRecord;
  /** Why there is no record, although there is something: it is damaged, or another folder's. */
  readonly recordProblem?: RecordProblem;
  /** The session's jobs that are listed, where there is no record of them. */
  readonly strays?: Strays;
  /** Why what the jobs say of themselves cannot be read; what is shown of it may be old. */
  readonly damage?: HpcnbError;
  readonly jobs: SessionJobs;
  readonly reports: Reports;
  readonly connection?: ConnectionFacts;
  readonly engines?: EngineCounts;
  readonly stopping: boolean;
  /** Why the last question to the scheduler has no answer; what is shown besides may be old. */
  readonly trouble?: string;
  /** What went wrong, in the phases "failed" and "degraded". */
  readonly loss?: Loss;
}

export interface Loss {
  readonly role: Role;
  readonly how: SessionEnd;
  readonly why: string;
  readonly hint?: string;
}

/** What is known of a cluster that has just been made. */
export const noCluster = { controller: { state: "waiting" }, engines: new Map() } as const;

export const initialState: SessionState = {
  phase: "absent",
  jobs: { engines: [] },
  reports: { notebook: { state: "waiting" }, ...noCluster },
  stopping: false,
};

/** The engines that are there or ought to be. Pure. */
export function enginesIn({ jobs, reports }: Pick<SessionState, "jobs" | "reports">): EngineFacts[] {
  return listEngines(jobs.engines, reports.engines);
}

/** The session's jobs, without arrays whose engines are all dismissed. Pure. */
export function jobsThatCount(state: Pick<SessionState, "jobs" | "reports">): JobFacts[] {
  const asked = new Set(enginesIn(state).map(({ job }) => job.record.name));
  return jobsIn(state.jobs).filter(({ record }) => !record.array || asked.has(record.name));
}
