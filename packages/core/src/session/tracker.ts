import { isDeepStrictEqual } from "node:util";
import { defined } from "../defined.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { JobId, JobState, JobStatus } from "../scheduler.js";
import type { SessionContext } from "./context.js";
import type { EngineFacts } from "./engines.js";
import { byClockHere } from "./host-clock.js";
import { isGone, type JobFacts, jobsIn, secondLookMs } from "./job-facts.js";
import {
  advance,
  enginesIn,
  initialState,
  jobsThatCount,
  type SessionEvent,
  type SessionState,
  type Wanted,
} from "./life-cycle.js";
import { type KnownRuns, knownRuns } from "./runs.js";
import { expectSameSession } from "./same-session.js";
import { clusterOf, lookAtRecord, type SessionRecord, writeRecord } from "./session-record.js";
import { straysIn, whyNoRecord } from "./strays.js";
import { readToken } from "./token.js";
import type { NotebookReport } from "./workload.js";

/**
 * The state of one session as this command knows it, and the questions that bring it up to date.
 */
export class Tracker {
  state: SessionState = initialState;
  /**
   * Its scheduler has the options that the session runs with; before it is started, those of the
   * session file.
   */
  context: SessionContext;
  /** Absolute, on the host. */
  readonly directory: string;
  /**
   * What the session must have to count as up; by its file, as long as nobody wants something else.
   */
  wanted: Wanted;
  /** How far the host's clock, and so the scheduler's, is ahead of this machine's. */
  hostAheadMs = 0;
  /** What is known of this folder's runs, once strays were looked for. */
  runs: KnownRuns | undefined;
  readonly #given: SessionContext;
  /** Those of the scheduler in `context`. */
  #options: SessionRecord["scheduler"]["options"];
  readonly #signal: AbortSignal | undefined;
  #token: { readonly run: string; readonly text: string } | undefined;
  /** What `explain` has said last of a job, and how the job stood then. */
  readonly #reasons = new Map<JobId, { readonly standing: string; readonly reason: string }>();

  constructor(context: SessionContext, directory: string, signal?: AbortSignal) {
    this.context = context;
    this.#given = context;
    this.directory = directory;
    this.#options = context.session.scheduler.options;
    this.wanted = { cluster: context.session.cluster, connection: context.connector !== undefined };
    this.#signal = signal;
  }

  /** What the notebook has published, once its server answers on its host. */
  get answering(): Extract<NotebookReport, { state: "answering" }> | undefined {
    const { notebook } = this.state.reports;
    return notebook.state === "answering" ? notebook : undefined;
  }

  dispatch(event: SessionEvent): void {
    this.state = advance(this.state, event, this.wanted);
    this.context.observe?.(this.state, event);
  }

  /**
   * @throws HPCNB_STATE_UNREADABLE or HPCNB_OTHER_SESSION when there is a record that is not to be
   *   used: see `readRecord`.
   */
  async readRecord(): Promise<SessionRecord | undefined> {
    const record = await this.lookForRecord();
    if (this.state.recordProblem) throw this.state.recordProblem.error;
    return record;
  }

  /**
   * The same, but a record that is damaged or another folder's is no record: why, is in the state.
   */
  async lookForRecord(): Promise<SessionRecord | undefined> {
    const { host, remembered, session } = this.context;
    const { record, problem } = await lookAtRecord(host, this.directory, { remembered, signal: this.#signal });
    if (record && !record.ended) expectSameSession(record, session, this.directory);
    await this.#takeOptionsOf(record);
    this.dispatch({ type: "record-read", record, ...defined({ problem }) });
    return record;
  }

  /**
   * Looks for jobs of the session that no record tells of. One answer that lists none is not enough
   * where there may be some.
   * @returns what is known of this folder's runs.
   */
  async lookForStrays(asked?: Promise<JobStatus[]>): Promise<KnownRuns> {
    const runs = await knownRuns(this, this.#signal);
    this.runs = runs;
    await this.#listStrays(runs, asked);
    if (runs.own.size === 0 || this.state.strays?.own.length || this.state.trouble !== undefined) return runs;
    await this.context.clock.sleep(secondLookMs.usual, this.#signal);
    await this.#listStrays(runs);
    return runs;
  }

  async #listStrays(runs: KnownRuns, asked = this.context.scheduler.status(this.#signal)): Promise<void> {
    try {
      const jobs = await asked;
      this.dispatch({ type: "strays-listed", strays: straysIn(jobs, this.context, runs) });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A question without an answer is an event like any other. */
  #failed(error: unknown): void {
    if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
    this.dispatch({ type: "question-failed", error });
  }

  /**
   * Jobs that run are asked for and ended as they were submitted, whatever the session file says by
   * now.
   */
  async #takeOptionsOf(record: SessionRecord | undefined): Promise<void> {
    const { session, note } = this.#given;
    const { options } = record && !record.ended ? record.scheduler : session.scheduler;
    if (isDeepStrictEqual(options, this.#options)) return;
    this.#options = options;
    if (isDeepStrictEqual(options, session.scheduler.options)) {
      this.context = this.#given;
      return;
    }
    this.context = { ...this.#given, scheduler: await this.#given.schedulerFor(options) };
    note?.(
      `${session.name} runs with the scheduler options ${JSON.stringify(options)}. Those of ${session.file}, ${JSON.stringify(session.scheduler.options)}, apply when it is started again.`,
    );
  }

  async writeRecord(record: SessionRecord): Promise<void> {
    await writeRecord(this.context.host, this.directory, record, this.#signal);
    await this.#takeOptionsOf(record);
    this.dispatch({ type: "record-read", record });
  }

  /** One question to the scheduler. No answer is an event like any other, and changes nothing. */
  async askScheduler(asked = this.context.scheduler.status(this.#signal)): Promise<void> {
    try {
      this.listed(await asked);
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * A full answer of the scheduler, by this machine's clock, to which the reasons are added that
   * are known already.
   */
  listed(jobs: readonly JobStatus[]): void {
    this.dispatch({
      type: "jobs-listed",
      jobs: jobs.map((job) => this.#withReason(byClockHere(job, this.hostAheadMs))),
    });
  }

  /**
   * Asks why for each job in error, but only for the first one that waits or is suspended: the rest
   * usually wait for the same reason. For schedulers whose list does not say why.
   */
  async askWhy(): Promise<void> {
    const silent = this.#listedJobs().filter(
      ({ id, reason }) => reason === undefined || reason === this.#reasons.get(id)?.reason,
    );
    const asked = new Set([...silent.filter(isInError), ...silent.filter(isWaiting).slice(0, 1)]);
    for (const job of asked) {
      try {
        const reason = await this.context.scheduler.explain(job.id, this.#signal);
        if (reason !== undefined) this.#reasons.set(job.id, { standing: standingOf(job), reason });
      } catch (error) {
        if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
        this.dispatch({ type: "question-failed", error });
      }
    }
    const known = this.#listedJobs().map((job) => this.#withReason(job));
    if (asked.size > 0 && this.state.trouble === undefined) this.dispatch({ type: "jobs-explained", jobs: known });
  }

  #listedJobs(): JobStatus[] {
    return jobsIn(this.state.jobs).flatMap(({ status }) => status ?? []);
  }

  #withReason(job: JobStatus): JobStatus {
    const known = this.#reasons.get(job.id);
    return job.reason === undefined && known?.standing === standingOf(job) ? { ...job, reason: known.reason } : job;
  }

  /**
   * Asks how the jobs ended that are gone by the scheduler's lists. Accounting explains an end, and
   * does not prove it: it may hold the end of a try after which the job goes on, or of some of an
   * array's tasks.
   */
  async askHistory(): Promise<void> {
    for (const job of this.#absent()) {
      const { id, name } = job.record;
      if (job.history || id === undefined || !isGone(job)) continue;
      try {
        const history = await this.context.scheduler.history({ id, name }, this.#signal);
        if (history) this.dispatch({ type: "history-read", name, history });
      } catch (error) {
        if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
        this.dispatch({ type: "question-failed", error });
      }
    }
  }

  /**
   * What the jobs say of themselves: one round trip, which may wait for news as long as that.
   */
  async readReports(patienceMs?: number): Promise<void> {
    const { host, readiness, workload } = this.context;
    const { record } = this.state;
    if (!record) return;
    const paths = workload.recordPaths(record.run, clusterOf(record));
    const records = await readiness.read(host, paths, record.run.id, {
      signal: this.#signal,
      ...defined({ patienceMs }),
    });
    this.dispatch({ type: "reports-read", reports: workload.reports(records) });
  }

  async readConnection(): Promise<void> {
    const connection = await this.context.connector?.current(this.directory);
    if (connection && connection.run === this.state.record?.run.id)
      this.dispatch({ type: "tunnel-opened", connection });
    else this.dispatch({ type: "tunnel-closed" });
  }

  /**
   * Everything there is to know at this moment, in as few questions as it takes. The scheduler may
   * have been asked already: a job that was submitted since is missing in its answer, and no single
   * answer is believed that lacks a job.
   */
  async observe(asked?: Promise<JobStatus[]>): Promise<void> {
    const record = await this.lookForRecord();
    if (!record) await this.lookForStrays(asked);
    if (record?.ended) await this.#closeTunnelOf(record);
    if (!record || record.ended) return;
    // The answer of a scheduler with other options than the session runs with says nothing of it.
    const answer = this.context === this.#given ? asked : undefined;
    await Promise.all([this.askScheduler(answer), this.lookAtReports(), this.readConnection()]);
    await this.askHistory();
    const engines = enginesIn(this.state);
    const isDoubtful = this.#absent().some((job) => !isGone(job)) || this.state.jobs.engines.some(lacksTasks(engines));
    if (!isDoubtful || this.state.trouble !== undefined) return;
    await this.context.clock.sleep(secondLookMs.usual, this.#signal);
    await this.askScheduler();
    await this.askHistory();
  }

  /**
   * A keeper holds its port for as long as it knows of no end of its run, which may have come from
   * another machine.
   */
  async #closeTunnelOf(record: SessionRecord): Promise<void> {
    const { connector } = this.context;
    const connection = await connector?.current(this.directory);
    if (connection?.run === record.run.id) await connector?.disconnect(this.directory);
  }

  /** The jobs that the last answer did not list, of those that count. */
  #absent(): JobFacts[] {
    return jobsThatCount(this.state).filter(({ absences }) => absences > 0);
  }

  /** Jobs can be told of also where a record of theirs is damaged. */
  async lookAtReports(patienceMs?: number): Promise<void> {
    try {
      await this.readReports(patienceMs);
    } catch (error) {
      if (!isHpcnbError(error, "HPCNB_STATE_UNREADABLE")) throw error;
      this.dispatch({ type: "reports-damaged", error });
    }
  }

  /** The token as this command has read it last: see `readToken`. */
  async token(): Promise<string> {
    const { run, text } = this.#token ?? {};
    return text !== undefined && run === this.state.record?.run.id ? text : this.readToken();
  }

  /** The notebook does not know it: somebody may have renewed it. */
  forgetToken(): void {
    this.#token = undefined;
  }

  /**
   * The notebook server's token. @throws HPCNB_NO_SESSION, HPCNB_STATE_UNREADABLE when this run's
   * file is not there or damaged.
   */
  async readToken(): Promise<string> {
    const { record } = this.state;
    if (!record) {
      const never = new HpcnbError("HPCNB_NO_SESSION", `${this.context.session.name} was never started.`, {
        hint: "`hpcnb up` starts it.",
      });
      throw whyNoRecord(this.state) ?? never;
    }
    const text = await readToken(this.context.host, record, this.#signal);
    this.#token = { run: record.run.id, text };
    return text;
  }
}

/** Tasks that the first answer does not list have ended, or it was incomplete. */
function lacksTasks(engines: readonly EngineFacts[]): (job: JobFacts) => boolean {
  return ({ record, status, before }) => {
    if (!status || before) return false;
    const listed = (status.tasks ?? []).reduce((sum, { first, last }) => sum + last - first + 1, 0);
    return listed < engines.filter(({ job }) => job.record.name === record.name).length;
  };
}

function isInError(job: JobStatus): boolean {
  return statesIn(job).includes("error");
}

function isWaiting(job: JobStatus): boolean {
  return statesIn(job).some((state) => state === "queued" || state === "held" || state === "suspended");
}

/** An array whose last task has begun no longer waits, though it runs as before. */
function standingOf(job: JobStatus): string {
  return [job.state, isInError(job), isWaiting(job)].join();
}

function statesIn({ state, tasks = [] }: JobStatus): JobState[] {
  return [state, ...tasks.map((task) => task.state)];
}
