import { defined } from "../defined.js";
import type { JobStatus } from "../scheduler.js";
import { isSameJob, type JobFacts, jobsIn, type SessionJobs } from "./job-facts.js";
import type { SessionRecord } from "./session-record.js";
import { initialState, noCluster, type SessionEvent, type SessionState } from "./session-state.js";
import type { Role } from "./workload.js";

/** What is known after an event, but for what follows from it: see life-cycle.ts. Pure. */
export function learn(state: SessionState, event: SessionEvent): SessionState {
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
    ...defined({
      before: job.status,
      // Where it goes on, what was taken for its end was not.
      history: status.state === "finished" ? history : undefined,
    }),
  };
}

function mapJobs({ jobs }: SessionState, change: (job: JobFacts) => JobFacts): SessionJobs {
  return {
    ...defined({
      notebook: jobs.notebook && change(jobs.notebook),
      controller: jobs.controller && change(jobs.controller),
    }),
    engines: jobs.engines.map(change),
  };
}
