import type { JobHistory, JobStatus } from "../scheduler.js";
import type { Session } from "../session-file/session.js";
import { countEngines, type EngineCounts } from "./engines.js";
import type { JobRecord, SessionRecord } from "./session-record.js";
import type { Reports, Role } from "./workload.js";

/**
 * Where a session is. In the order in which a session goes through them:
 *
 * absent: never started, or no trace of it · submitting: some of its jobs have no id yet · queued: the notebook job waits ·
 * starting: it runs, the server does not answer yet · connecting: the server answers on its host, no tunnel leads there ·
 * gathering: the notebook is reachable, fewer engines than the minimum are registered · up · degraded: the notebook is reachable, its
 * controller or engines are lost · failed: the notebook job is lost · stopping: asked to end · ended: every job is gone.
 */
export type Phase =
  | "absent"
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

/** What can be learnt or done about a session. Each carries the whole fact, so events may be lost, doubled or late. */
export type SessionEvent =
  | { readonly type: "record-read"; readonly record: SessionRecord | undefined }
  | { readonly type: "jobs-listed"; readonly jobs: readonly JobStatus[] }
  /** The same jobs as were listed last, with reasons: no new answer about which jobs there are. */
  | { readonly type: "jobs-explained"; readonly jobs: readonly JobStatus[] }
  /** The scheduler gave no full answer: nothing is learnt of the session but that. */
  | { readonly type: "question-failed"; readonly error: unknown }
  | { readonly type: "history-read"; readonly role: Role; readonly history: JobHistory }
  | { readonly type: "reports-read"; readonly reports: Reports }
  | { readonly type: "tunnel-opened"; readonly connection: ConnectionFacts }
  | { readonly type: "tunnel-closed" }
  | { readonly type: "stop-requested" };

export interface ConnectionFacts {
  readonly kind: string;
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly baseUrl: string;
  /** Why it is not one of the kinds that are tried before it. */
  readonly note?: string;
  /** It broke, and is being opened again on the same port. */
  readonly healing?: { /** ISO 8601. */ readonly since: string; readonly why: string };
}

export interface JobFacts {
  readonly record: JobRecord;
  /** The scheduler's last word on it. */
  readonly status?: JobStatus;
  /** How many full answers in a row have not listed it. */
  readonly absences: number;
  readonly history?: JobHistory;
}

export interface SessionState {
  readonly phase: Phase;
  readonly record?: SessionRecord;
  readonly jobs: Partial<Readonly<Record<Role, JobFacts>>>;
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
  readonly why: string;
  readonly hint?: string;
}

/** After so many full answers in a row without it a job is believed gone; a single answer may have been incomplete. */
const absencesBelieved = 2;

const nothingReported: Reports = {
  notebook: { state: "waiting" },
  controller: { state: "waiting" },
  registered: { tasks: [] },
};

export const initialState: SessionState = { phase: "absent", jobs: {}, reports: nothingReported, stopping: false };

/** What a session must have to count as up. */
export interface Wanted extends Pick<Session, "cluster"> {
  /** False where no browser is: on a submit node the session is up without a tunnel, and is connected to from elsewhere. */
  readonly connection: boolean;
}

/** The state machine: what is known after an event. Pure. */
export function advance(state: SessionState, event: SessionEvent, wanted: Wanted): SessionState {
  const { loss: _loss, engines: _engines, ...facts } = learn(state, event);
  const loss = findLoss(facts);
  const engines = engineCounts(facts);
  return {
    ...facts,
    ...(loss ? { loss } : {}),
    ...(engines ? { engines } : {}),
    phase: phaseOf({ ...facts, ...(loss ? { loss } : {}) }, wanted),
  };
}

function learn(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case "record-read":
      return learnRecord(state, event.record);
    case "jobs-listed": {
      const { trouble: _, ...rest } = state;
      return { ...rest, jobs: mapJobs(state, (job) => seen(job, event.jobs)) };
    }
    case "jobs-explained":
      return {
        ...state,
        jobs: mapJobs(state, (job) => {
          const status = event.jobs.find(({ id }) => id === job.record.id);
          return status ? { ...job, status } : job;
        }),
      };
    case "question-failed":
      return { ...state, trouble: event.error instanceof Error ? event.error.message : String(event.error) };
    case "history-read":
      return {
        ...state,
        jobs: mapJobs(state, (job, role) => (role === event.role ? { ...job, history: event.history } : job)),
      };
    case "reports-read":
      return { ...state, reports: event.reports };
    case "tunnel-opened":
      return { ...state, connection: event.connection };
    case "tunnel-closed": {
      const { connection: _, ...rest } = state;
      return rest;
    }
    case "stop-requested":
      return { ...state, stopping: true };
  }
}

function learnRecord(state: SessionState, record: SessionRecord | undefined): SessionState {
  if (!record) return initialState;
  const known = state.record?.run.id === record.run.id ? state : initialState;
  const jobs = Object.fromEntries(
    record.jobs.map((job): [Role, JobFacts] => [job.role, { absences: 0, ...known.jobs[job.role], record: job }]),
  );
  return { ...known, record, jobs };
}

function seen(job: JobFacts, listed: readonly JobStatus[]): JobFacts {
  if (job.record.id === undefined) return job;
  const status = listed.find(({ id }) => id === job.record.id);
  if (!status) return { ...job, absences: job.absences + 1 };
  return { ...job, status, absences: 0 };
}

function mapJobs(state: SessionState, change: (job: JobFacts, role: Role) => JobFacts): SessionState["jobs"] {
  return Object.fromEntries(
    Object.entries(state.jobs).map(([role, job]): [string, JobFacts] => [role, change(job, role as Role)]),
  );
}

/** Gone for certain: the scheduler's history says that it ended, or full answer after full answer did not list it. */
export function isGone(job: JobFacts): boolean {
  return job.history !== undefined || job.absences >= absencesBelieved || job.status?.state === "finished";
}

function phaseOf(state: Omit<SessionState, "phase">, wanted: Wanted): Phase {
  const { record, reports, loss } = state;
  if (!record) return "absent";
  if (record.ended) return "ended";
  if (state.stopping) return "stopping";
  if (record.jobs.some((job) => job.id === undefined)) return "submitting";
  if (loss?.role === "notebook") return "failed";
  if (reports.notebook.state !== "answering") {
    if (reports.notebook.state === "started") return "starting";
    const job = state.jobs.notebook?.status?.state;
    return job === "running" || job === "starting" ? "starting" : "queued";
  }
  if (wanted.connection && (!state.connection || state.connection.healing)) return "connecting";
  if (loss) return "degraded";
  // The session file may have changed since the engines were submitted.
  const minimum = Math.min(wanted.cluster?.minimum ?? 0, state.jobs.engines?.record.tasks ?? 0);
  if (reports.registered.tasks.length < minimum) return "gathering";
  return "up";
}

function findLoss(state: Omit<SessionState, "phase">): Loss | undefined {
  for (const role of ["notebook", "controller", "engines"] as const) {
    const job = state.jobs[role];
    if (!job) continue;
    const report = role === "engines" ? undefined : state.reports[role];
    if (report?.state === "failed") {
      return { role, why: report.problem, ...(report.hint === undefined ? {} : { hint: report.hint }) };
    }
    // A job that is told to stop says that it has ended; why it was told, the scheduler knows.
    if (job.history?.reason) return { role, why: job.history.reason };
    if (report?.state === "ended") return { role, why: "it has stopped by itself" };
    if (job.status?.state === "error") return { role, why: gaveUp(job.status) };
    if (isGone(job)) return { role, why: describeEnd(job) };
  }
  return undefined;
}

function gaveUp({ native, reason }: JobStatus): string {
  return `the scheduler gave up on it (${native})${reason === undefined ? "" : `: ${reason}`}`;
}

function describeEnd(job: JobFacts): string {
  const exitCode = job.history?.exitCode ?? job.status?.exitCode;
  return exitCode === undefined
    ? "the scheduler no longer lists it, and does not tell how it ended"
    : `it has ended with exit code ${exitCode}`;
}

function engineCounts(state: Omit<SessionState, "phase">): EngineCounts | undefined {
  const job = state.jobs.engines;
  if (!job) return undefined;
  return countEngines(job.record.tasks ?? 1, isGone(job) ? "gone" : job.status, state.reports.registered.tasks.length);
}
