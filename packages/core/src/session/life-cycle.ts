import { type ConnectionFacts, isWhole } from "../connector.js";
import { defined } from "../defined.js";
import type { HpcnbError } from "../errors.js";
import type { JobHistory, JobStatus } from "../scheduler.js";
import type { Session } from "../session-file/session.js";
import { countEngines, type EngineCounts, type EngineFacts, isLeft, listEngines } from "./engines.js";
import { isSameJob, type JobFacts, jobsIn, type SessionJobs } from "./job-facts.js";
import { lossOf } from "./lost-job.js";
import { askedEngines, type RecordProblem, type SessionRecord } from "./session-record.js";
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

const noCluster = { controller: { state: "waiting" }, engines: new Map() } as const;

export const initialState: SessionState = {
  phase: "absent",
  jobs: { engines: [] },
  reports: { notebook: { state: "waiting" }, ...noCluster },
  stopping: false,
};

/** What a session must have to count as up. */
export interface Wanted {
  readonly cluster: Pick<NonNullable<Session["cluster"]>, "minimum"> | undefined;
  /**
   * False where no browser is: on a submit node the session is up without a tunnel, and is
   * connected to from elsewhere.
   */
  readonly connection: boolean;
}

/** The state machine: what is known after an event. Pure. */
export function advance(state: SessionState, event: SessionEvent, wanted: Wanted): SessionState {
  const { loss: _loss, engines: _engines, ...facts } = learn(state, event);
  const engines = enginesIn(facts);
  const asked = facts.record ? askedEngines(facts.record) : 0;
  // The session file may have changed since the engines were submitted.
  const minimum = Math.min(wanted.cluster?.minimum ?? 0, asked);
  const loss = findLoss(facts, { engines, asked, minimum });
  const more = {
    ...defined({ loss }),
    ...(facts.record?.cluster ? { engines: countEngines(asked, engines) } : {}),
  };
  return { ...facts, ...more, phase: phaseOf({ ...facts, ...more }, { minimum, connection: wanted.connection }) };
}

/** The engines that are there or ought to be. Pure. */
export function enginesIn({ jobs, reports }: Pick<SessionState, "jobs" | "reports">): EngineFacts[] {
  return listEngines(jobs.engines, reports.engines);
}

/** The session's jobs, without arrays whose engines are all dismissed. Pure. */
export function jobsThatCount(state: Pick<SessionState, "jobs" | "reports">): JobFacts[] {
  const asked = new Set(enginesIn(state).map(({ job }) => job.record.name));
  return jobsIn(state.jobs).filter(({ record }) => !record.array || asked.has(record.name));
}

function learn(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case "record-read":
      return { ...learnRecord(state, event.record), ...defined({ recordProblem: event.problem }) };
    case "strays-listed": {
      const { trouble: _, ...rest } = state;
      return { ...rest, strays: event.strays };
    }
    case "jobs-listed": {
      const { trouble: _, ...rest } = state;
      return { ...rest, jobs: mapJobs(state, (job) => seen(job, event.jobs)) };
    }
    case "jobs-explained":
      return {
        ...state,
        jobs: mapJobs(state, (job) => {
          const status = event.jobs.find((other) => isSameJob(job.record, other));
          return status ? { ...job, status } : job;
        }),
      };
    case "question-failed":
      return { ...state, trouble: event.error instanceof Error ? event.error.message : String(event.error) };
    case "history-read":
      return {
        ...state,
        jobs: mapJobs(state, (job) => (job.record.name === event.name ? { ...job, history: event.history } : job)),
      };
    case "reports-read": {
      const { damage: _, ...rest } = state;
      return { ...rest, reports: event.reports };
    }
    case "reports-damaged":
      return { ...state, damage: event.error };
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
  const isSameCluster = known.record?.cluster?.generation === record.cluster?.generation;
  const facts = record.jobs.map((job): JobFacts => {
    const before = jobsIn(known.jobs).find((other) => other.record.name === job.name);
    return { absences: 0, ...before, record: job };
  });
  const jobOf = (role: Role) => facts.find((job) => job.record.role === role);
  const [notebook, controller] = [jobOf("notebook"), jobOf("controller")];
  return {
    ...known,
    record,
    jobs: {
      ...defined({ notebook, controller }),
      engines: facts.filter((job) => job.record.role === "engines"),
    },
    reports: isSameCluster ? known.reports : { ...known.reports, ...noCluster },
  };
}

function seen(job: JobFacts, listed: readonly JobStatus[]): JobFacts {
  if (job.record.id === undefined) return job;
  const status = listed.find((other) => isSameJob(job.record, other));
  if (!status) return { ...job, absences: job.absences + 1 };
  const { history, ...rest } = job;
  return {
    ...rest,
    status,
    absences: 0,
    ...defined({ before: job.status }),
    // Where it goes on, what was taken for its end was not.
    ...(history && status.state === "finished" ? { history } : {}),
  };
}

function mapJobs({ jobs }: SessionState, change: (job: JobFacts) => JobFacts): SessionJobs {
  return {
    ...(jobs.notebook ? { notebook: change(jobs.notebook) } : {}),
    ...(jobs.controller ? { controller: change(jobs.controller) } : {}),
    engines: jobs.engines.map(change),
  };
}

function phaseOf(
  state: Omit<SessionState, "phase">,
  { minimum, connection }: { readonly minimum: number; readonly connection: boolean },
): Phase {
  const { record, reports, loss } = state;
  if (!record) return state.strays?.own.length ? "lost" : "absent";
  if (record.ended) return "ended";
  if (state.stopping || record.ending) return "stopping";
  if (record.cluster?.unsettled || record.jobs.some((job) => job.id === undefined)) return "submitting";
  if (loss?.role === "notebook") return "failed";
  if (reports.notebook.state !== "answering") {
    if (reports.notebook.state === "started") return "starting";
    const job = state.jobs.notebook?.status?.state;
    return job === "running" || job === "starting" ? "starting" : "queued";
  }
  if (connection && !(state.connection && isWhole(state.connection))) return "connecting";
  if (loss) return "degraded";
  if ((state.engines?.registered ?? 0) < minimum) return "gathering";
  return "up";
}

function findLoss(
  { record, jobs, reports }: Omit<SessionState, "phase">,
  { engines, asked, minimum }: { engines: readonly EngineFacts[]; asked: number; minimum: number },
): Loss | undefined {
  if (!record) return undefined;
  const notebook = lossOf("notebook", jobs.notebook, reports.notebook);
  if (notebook) return notebook;
  const { cluster } = record;
  if (!cluster) return undefined;
  const how = "lost";
  const controller = lossOf("controller", jobs.controller, reports.controller);
  if (controller) return controller;
  if (!jobs.controller && !cluster.inNotebook) return { role: "controller", how, why: "it was not submitted" };
  // The scheduler may list it for hours when its host has died, and its last word stays what it
  // was. A suspended one answers nobody.
  if (
    jobs.controller?.status?.state !== "suspended" &&
    reports.notebook.state === "answering" &&
    reports.notebook.unreachableCluster === cluster.generation
  )
    return { role: "controller", how, why: "it can no longer be reached from the notebook's host" };
  const left = engines.filter(isLeft).length;
  if (left >= minimum) return undefined;
  const why = `${left} of ${asked} are left, and at least ${minimum} must be there`;
  const [missing] = engines.filter((engine) => !isLeft(engine)).map(({ job }) => job);
  const array = missing && lossOf("engines", missing);
  return { role: "engines", how, why: array ? `${why}; of job ${missing.record.id}: ${array.why}` : why };
}
