import { defined } from "../defined.js";
import { isHpcnbError } from "../errors.js";
import type { JobStatus } from "../scheduler.js";
import type { SessionContext } from "./context.js";
import { isDoubtful } from "./doubt.js";
import { byClockHere } from "./host-clock.js";
import { isGone, jobsIn, secondLookMs } from "./job-facts.js";
import { KnownReasons } from "./known-reasons.js";
import { advance, type Wanted } from "./life-cycle.js";
import { RunningContext } from "./running-context.js";
import { type KnownRuns, knownRuns } from "./runs.js";
import { expectSameSession } from "./same-session.js";
import { clusterOf, lookAtRecord, type SessionRecord, writeRecord } from "./session-record.js";
import { initialState, jobsThatCount, type SessionEvent, type SessionState } from "./session-state.js";
import { expectRecord, straysIn } from "./strays.js";
import { ServerToken } from "./token.js";
import type { NotebookReport } from "./workload.js";

/** What is under way already, or known. */
interface Observed {
  readonly asked?: Promise<JobStatus[]>;
  readonly record?: string | undefined;
}

/**
 * The state of one session as this command knows it, and the questions that bring it up to date.
 */
export class Tracker {
  state: SessionState = initialState;
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
  readonly token: ServerToken;
  readonly #context: RunningContext;
  readonly #signal: AbortSignal | undefined;
  readonly #reasons = new KnownReasons();

  constructor(context: SessionContext, directory: string, signal?: AbortSignal) {
    this.#context = new RunningContext(context);
    this.directory = directory;
    this.wanted = { cluster: context.session.cluster, connection: context.connector !== undefined };
    this.#signal = signal;
    const source = () => ({ host: this.context.host, record: expectRecord(this.state, this.context.session.name) });
    this.token = new ServerToken(source, signal);
  }

  get context(): SessionContext {
    return this.#context.now;
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
  async lookForRecord(text?: string): Promise<SessionRecord | undefined> {
    const { host, remembered, session } = this.context;
    const { record, problem } = await lookAtRecord(host, this.directory, { remembered, signal: this.#signal, text });
    if (record && !record.ended) expectSameSession(record, session, this.directory);
    await this.#context.follow(record);
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
    const look = (answer = this.context.scheduler.status(this.#signal)) =>
      this.#ask(async () => {
        const strays = straysIn(await answer, this.context, runs);
        this.dispatch({ type: "strays-listed", strays });
      });
    await look(asked);
    if (runs.own.size === 0 || this.state.strays?.own.length || this.state.trouble !== undefined) return runs;
    await this.context.clock.sleep(secondLookMs.usual, this.#signal);
    await look();
    return runs;
  }

  async writeRecord(record: SessionRecord): Promise<void> {
    await writeRecord(this.context.host, this.directory, record, this.#signal);
    await this.#context.follow(record);
    this.dispatch({ type: "record-read", record });
  }

  /** One question to the scheduler. */
  async askScheduler(asked = this.context.scheduler.status(this.#signal)): Promise<void> {
    await this.#ask(async () => this.listed(await asked));
  }

  /**
   * A full answer of the scheduler, by this machine's clock, to which the reasons are added that
   * are known already.
   */
  listed(jobs: readonly JobStatus[]): void {
    const here = jobs.map((job) => byClockHere(job, this.hostAheadMs));
    this.dispatch({ type: "jobs-listed", jobs: this.#reasons.addTo(here) });
  }

  /** For schedulers whose list does not say why: see `KnownReasons`. */
  async askWhy(): Promise<void> {
    const jobs = jobsIn(this.state.jobs).flatMap(({ status }) => status ?? []);
    const asked = this.#reasons.unknownIn(jobs);
    for (const job of asked)
      await this.#ask(async () => {
        this.#reasons.learn(job, await this.context.scheduler.explain(job.id, this.#signal));
      });
    if (asked.length > 0 && this.state.trouble === undefined)
      this.dispatch({ type: "jobs-explained", jobs: this.#reasons.addTo(jobs) });
  }

  /**
   * Asks how the jobs ended that are gone by the scheduler's lists. Accounting explains an end, and
   * does not prove it: it may hold the end of a try after which the job goes on, or of some of an
   * array's tasks.
   */
  async askHistory(): Promise<void> {
    for (const { record, history } of jobsThatCount(this.state).filter(isGone)) {
      const { id, name } = record;
      if (history || id === undefined) continue;
      await this.#ask(async () => {
        const found = await this.context.scheduler.history({ id, name }, this.#signal);
        if (found) this.dispatch({ type: "history-read", name, history: found });
      });
    }
  }

  /** No answer is an event like any other, and changes nothing. */
  async #ask(question: () => Promise<void>): Promise<void> {
    try {
      await question();
    } catch (error) {
      if (!isHpcnbError(error) || error.code === "HPCNB_ABORTED") throw error;
      this.dispatch({ type: "question-failed", error });
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
   * answer is believed that lacks a job. The record's text may have just been read, too.
   */
  async observe({ asked, record: text }: Observed = {}): Promise<void> {
    const record = await this.lookForRecord(text);
    if (!record) await this.lookForStrays(asked);
    if (record?.ended) await this.#closeTunnelOf(record);
    if (!record || record.ended) return;
    // The answer of a scheduler with other options than the session runs with says nothing of it.
    const answer = this.#context.isAsGiven ? asked : undefined;
    await Promise.all([this.askScheduler(answer), this.lookAtReports(), this.readConnection()]);
    await this.askHistory();
    if (!isDoubtful(this.state) || this.state.trouble !== undefined) return;
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

  /** Jobs can be told of also where a record of theirs is damaged. */
  async lookAtReports(patienceMs?: number): Promise<void> {
    try {
      await this.readReports(patienceMs);
    } catch (error) {
      if (!isHpcnbError(error, "HPCNB_STATE_UNREADABLE")) throw error;
      this.dispatch({ type: "reports-damaged", error });
    }
  }
}
