import { isDeepStrictEqual } from "node:util";
import { throwIfAborted } from "../clock.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import { tryToConnect } from "./connect.js";
import type { SessionContext } from "./context.js";
import { endJobs } from "./end-jobs.js";
import { describeLoss } from "./evidence.js";
import { jobsIn, type Phase, type SessionState } from "./life-cycle.js";
import { withLock } from "./lock.js";
import { startNewCluster } from "./new-cluster.js";
import { prepared } from "./open-session.js";
import { setEngines } from "./scale.js";
import { settle } from "./settle.js";
import { startRun } from "./start-run.js";
import type { Tracker } from "./tracker.js";

export interface BringUpOptions {
  /** Seconds for everything together; without it a queued job is waited for as long as it takes. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told once the session's jobs are known: started by this call, or found. */
  readonly onJobs?: ((how: "started" | "found", state: SessionState) => void) | undefined;
  /** Told what is being done before there are jobs. */
  readonly onStep?: ((step: "before" | "check", detail: string) => void) | undefined;
}

export interface SessionUp {
  readonly state: SessionState;
  readonly directory: string;
  readonly token: string;
}

/** Milliseconds that a phase may take before something must be wrong. A queue has no such limit. */
const phaseLimits: Partial<Record<Phase, number>> = { starting: 180_000, connecting: 60_000, gathering: 180_000 };

/** Milliseconds between two looks at what the jobs publish, and between two questions to the scheduler. */
const look = { first: 100, longest: 2_000 };
const question = { first: 500, longest: 15_000 };
const growth = 1.5;

/** Milliseconds that a job waits before it is asked why: most never wait so long. */
const longWait = 2_000;

/** Lines of the scheduler's reasons that are shown with an error. */
const reasonLines = 5;

/**
 * Makes a session be up: finds its jobs or starts them, and waits for each fact in turn. Calling it again, also after it was killed at any point,
 * goes on with the same session.
 *
 * @throws HPCNB_TIMEOUT (the jobs go on), HPCNB_JOB_ENDED, HPCNB_SUBMIT_REJECTED (nothing is left running), HPCNB_ABORTED (what was
 *   submitted goes on) and whatever preparing throws before anything was started.
 */
export async function bringUp(context: SessionContext, options: BringUpOptions = {}): Promise<SessionUp> {
  const { signal } = options;
  const tracker = await prepared(context, "make", signal);
  await findOrStart(tracker, options);
  await waitUntilUp(tracker, options);
  const token = await tracker.readToken();
  if (token === undefined)
    throw new HpcnbError("HPCNB_STATE_UNREADABLE", `The token of run ${tracker.state.record?.run.id} cannot be read.`);
  return { state: tracker.state, directory: tracker.directory, token };
}

function findOrStart(tracker: Tracker, options: BringUpOptions): Promise<void> {
  const { context } = tracker;
  const { signal, onJobs, onStep } = options;
  return withLock(tracker, signal, async () => {
    await tracker.observe();
    const { phase, record } = tracker.state;
    if (record && phase !== "ended" && phase !== "failed") {
      if (phase === "submitting") await settle(tracker, record, signal);
      onJobs?.("found", tracker.state);
      if (phase === "degraded") await mend(tracker, options);
      return;
    }
    if (record && phase === "failed") onStep?.("before", `the last run was lost: ${tracker.state.loss?.why}`);
    // Elsewhere the environment may be there on the compute nodes alone; a job that lacks it says so.
    if (context.scheduler.runsOnHost) {
      const checked = await context.workload.check(context.host, context.session, tracker.directory, signal);
      onStep?.("check", checked.summary);
    }
    if (record && phase === "failed") {
      await endJobs(tracker, record, tracker.state.loss?.why ?? "the notebook job was lost", signal);
    }
    await startRun(tracker, signal);
    onJobs?.("started", tracker.state);
  });
}

/** The notebook goes on: only what is lost beside it is started anew. */
async function mend(tracker: Tracker, { signal, onStep }: BringUpOptions): Promise<void> {
  const { loss, record } = tracker.state;
  if (!loss || !record?.cluster) return;
  const what =
    loss.role === "controller" ? "a new controller and its engines are started" : "the missing engines are started";
  onStep?.(
    "before",
    `${what}, because the ${loss.role === "controller" ? "controller is" : "engines are"} lost: ${loss.why}`,
  );
  if (loss.role === "controller") await startNewCluster(tracker, record, signal);
  else await setEngines(tracker, record.cluster.wanted, signal);
}

async function waitUntilUp(tracker: Tracker, { timeout, signal }: BringUpOptions): Promise<void> {
  const { clock } = tracker.context;
  const pace = new Pace(clock);
  const start = clock.now();
  let phase = tracker.state.phase;
  let phaseStart = start;
  for (;;) {
    throwIfAborted(signal);
    const { reports } = tracker.state;
    const lookStart = clock.now();
    const turn = pace.turn(phase);
    const reached = await whileReachable(tracker, () => lookOnce(tracker, turn, lookStart - phaseStart, signal));
    pace.done(turn, reached);
    // What the jobs do meanwhile is not seen, so no limit of theirs can be held against them.
    if (!reached) phaseStart += clock.now() - lookStart + pace.lookPause;

    const { state } = tracker;
    if (state.phase === "up") return;
    if (state.phase === "failed" || state.phase === "degraded") throw await lost(tracker);
    if (state.phase === "stopping" || state.phase === "ended" || state.phase === "absent") throw endedMeanwhile(state);
    if (state.phase !== phase) {
      phase = state.phase;
      phaseStart = clock.now();
      pace.restart();
    }
    throwIfLate(tracker, { phase, sincePhase: clock.now() - phaseStart, sinceStart: clock.now() - start, timeout });
    if (!isDeepStrictEqual(reports, state.reports)) pace.somethingNew();
    const { notebook } = state.reports;
    if (notebook.state === "started" && reports.notebook.state !== "started")
      tracker.context.connector?.prepare?.(tracker.directory, notebook.host);
    const pause = pace.pause(turn, phase, reached, lookStart);
    const left = timeout === undefined ? pause : start + timeout * 1000 - clock.now();
    await clock.sleep(Math.max(0, Math.min(pause, left)), signal);
  }
}

/** One look at all that can be known now, and the one thing that it may show to be missing: the tunnel. */
async function lookOnce(tracker: Tracker, turn: Turn, sincePhase: number, signal?: AbortSignal): Promise<void> {
  await Promise.all([tracker.readReports(turn.patience), turn.asks ? tracker.askScheduler() : undefined]);
  if (turn.asks) {
    if (jobsIn(tracker.state.jobs).some(({ absences }) => absences > 0)) await tracker.askHistory();
    if (sincePhase >= longWait) await tracker.askWhy();
  }
  if (tracker.state.phase === "connecting") await tryToConnect(tracker, signal);
}

/** One round of looking. */
interface Turn {
  /** Whether the scheduler is asked too. */
  readonly asks: boolean;
  /** Milliseconds that the host may wait for news; undefined when it answers at once. */
  readonly patience: number | undefined;
}

/** When to look, and when to ask the scheduler: often at first and whenever something is new, and ever less often while nothing happens. */
class Pace {
  lookPause = look.first;
  #questionPause = question.first;
  #nextQuestion: number;
  readonly #clock: SessionContext["clock"];

  constructor(clock: SessionContext["clock"]) {
    this.#clock = clock;
    this.#nextQuestion = clock.now();
  }

  turn(phase: Phase): Turn {
    const left = this.#nextQuestion - this.#clock.now();
    const asks = left <= 0;
    // A queue may take days, for which nothing is to wait on a submit node.
    return { asks, patience: asks || phase === "queued" ? undefined : Math.min(left, look.longest) };
  }

  done({ asks }: Turn, reached: boolean): void {
    if (asks) {
      this.#nextQuestion = this.#clock.now() + this.#questionPause;
      this.#questionPause = Math.min(this.#questionPause * growth, question.longest);
    }
    if (!reached) this.#nextQuestion = this.#clock.now();
  }

  restart(): void {
    this.lookPause = look.first;
    this.#questionPause = question.first;
  }

  somethingNew(): void {
    this.lookPause = look.first;
  }

  /** Milliseconds until the next turn, for a look that began at `lookStart`. */
  pause({ patience }: Turn, phase: Phase, reached: boolean, lookStart: number): number {
    if (reached && patience === undefined && phase !== "queued") return 0;
    const pause = phase === "queued" ? Math.max(this.lookPause, Math.min(this.#questionPause, 1_000)) : this.lookPause;
    this.lookPause = Math.min(this.lookPause * growth, reached ? look.longest : question.longest);
    // A host that has waited for news has done so already.
    return reached ? pause - (this.#clock.now() - lookStart) : pause;
  }
}

/** A host that cannot be reached now says nothing about the jobs, which go on: false then. */
async function whileReachable(tracker: Tracker, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const isAway = isHpcnbError(error, "HPCNB_SSH") || isHpcnbError(error, "HPCNB_TIMEOUT");
    if (!isAway || !error.transient) throw error;
    tracker.dispatch({ type: "question-failed", error });
    return false;
  }
}

async function lost(tracker: Tracker): Promise<HpcnbError> {
  await tracker.askWhy();
  const { loss } = tracker.state;
  // Another command may have ended the session on purpose.
  await tracker.readRecord();
  const { record } = tracker.state;
  if (!loss || !record || record.ended) return endedMeanwhile(tracker.state);
  const error = await describeLoss(tracker, loss);
  if (loss.role !== "notebook") return error;
  try {
    await withLock(tracker, undefined, async () => {
      await endJobs(tracker, record, loss.why);
      await tracker.context.connector?.disconnect(tracker.directory);
    });
  } catch (cause) {
    return new HpcnbError("HPCNB_JOB_ENDED", error.message, {
      cause,
      hint: "Not everything of the session is ended yet: run `hpcnb down`.",
    });
  }
  return error;
}

function endedMeanwhile(state: SessionState): HpcnbError {
  return new HpcnbError(
    "HPCNB_JOB_ENDED",
    `The session was ended meanwhile${state.record?.ended ? `: ${state.record.ended.why}` : ""}.`,
    {
      hint: "`hpcnb up` starts it again.",
    },
  );
}

function throwIfLate(
  tracker: Tracker,
  times: { phase: Phase; sincePhase: number; sinceStart: number; timeout: number | undefined },
): void {
  const { state } = tracker;
  const limit = phaseLimits[times.phase];
  const enginesWait = times.phase === "gathering" && (state.engines?.queued ?? 0) > 0;
  const phaseIsLate = limit !== undefined && !enginesWait && times.sincePhase > limit;
  const allIsLate = times.timeout !== undefined && times.sinceStart >= times.timeout * 1000;
  if (!phaseIsLate && !allIsLate) return;
  const seconds = Math.round((allIsLate ? times.sinceStart : times.sincePhase) / 1000);
  throw new HpcnbError("HPCNB_TIMEOUT", `After ${seconds} s still waiting for ${awaited(state)}.`, {
    transient: true,
    hint: "The jobs go on. `hpcnb up` waits again, `hpcnb status` and `hpcnb logs` show more, `hpcnb down` ends them.",
  });
}

function awaited(state: SessionState): string {
  const { notebook } = state.jobs;
  const seen = notebook?.status
    ? `the scheduler says "${notebook.status.native}"${notebook.status.reason ? `: ${fewLines(notebook.status.reason)}` : ""}`
    : "the scheduler has not listed it yet";
  if (state.trouble !== undefined) return `an answer: ${state.trouble}`;
  switch (state.phase) {
    case "starting":
      return `the notebook server to answer on ${notebook?.status?.host ?? "its host"} (${seen})`;
    case "connecting":
      return "the notebook to answer through the tunnel";
    case "gathering":
      return `engines: ${state.engines?.registered} of ${state.engines?.asked} are registered (queued ${state.engines?.queued}, running ${state.engines?.running}, failed ${state.engines?.failed}, lost ${state.engines?.lost})`;
    default:
      return `the notebook job ${notebook?.record.id ?? ""} to start (${seen})`;
  }
}

function fewLines(reason: string): string {
  const lines = reason.split("\n");
  const more = lines.length - reasonLines;
  return [...lines.slice(0, reasonLines), ...(more > 0 ? [`... and ${more} more`] : [])].join("; ");
}
