import { HpcnbError } from "../errors.js";
import type { SessionContext } from "./context.js";
import { endJobs } from "./end-jobs.js";
import { withLock } from "./lock.js";
import { startNewCluster } from "./new-cluster.js";
import { openTracker } from "./open-session.js";
import { setEngines } from "./scale.js";
import type { SessionState } from "./session-state.js";
import { resume } from "./settle.js";
import { startRun } from "./start-run.js";
import { describeOthers, whyLost, whyNoRecord } from "./strays.js";
import type { Tracker } from "./tracker.js";
import { type WaitOptions, waitUntilUp } from "./wait-until-up.js";

export interface BringUpOptions extends WaitOptions {
  /** Told once the session's jobs are known: started by this call, or found. */
  readonly onJobs?: ((how: "started" | "found", found: Pick<Tracker, "state" | "directory">) => void) | undefined;
  /** Told what is being done before there are jobs. */
  readonly onStep?: ((step: "before" | "check", detail: string) => void) | undefined;
}

export interface SessionUp {
  readonly state: SessionState;
  readonly directory: string;
  readonly token: string;
}

/**
 * Makes a session be up: finds its jobs or starts them, and waits for each fact in turn. Calling it
 * again, also after it was killed at any point, goes on with the same session.
 *
 * @throws HPCNB_TIMEOUT (the jobs go on), HPCNB_JOB_ENDED, HPCNB_SUBMIT_REJECTED (nothing is left
 *   running), HPCNB_ABORTED (what was submitted goes on) and whatever preparing throws before
 *   anything was started.
 */
export async function bringUp(context: SessionContext, options: BringUpOptions = {}): Promise<SessionUp> {
  const { signal } = options;
  // Jobs that nobody could reach from here are not submitted in the first place.
  context.connector?.check();
  const tracker = await openTracker(context, "make", signal);
  await findOrStart(tracker, options);
  await waitUntilUp(tracker, options);
  const token = await tracker.token.get();
  return { state: tracker.state, directory: tracker.directory, token };
}

function findOrStart(tracker: Tracker, options: BringUpOptions): Promise<void> {
  const { context } = tracker;
  const { signal, onJobs, onStep } = options;
  return withLock(tracker, signal, async () => {
    await tracker.observe();
    const { phase, record } = tracker.state;
    if (!record) tellOrRefuse(tracker, onStep);
    if (record && phase !== "ended" && phase !== "failed" && phase !== "stopping") {
      if (phase === "submitting") await resume(tracker, record, signal);
      onJobs?.("found", tracker);
      if (phase === "degraded") await repair(tracker, options);
      return;
    }
    if (record && (phase === "failed" || phase === "stopping")) onStep?.("before", howItWent(tracker.state));
    context.expectStartable?.();
    // Elsewhere the environment may be there on the compute nodes alone; a job that lacks it says
    // so.
    const { host, scheduler, session, workload } = context;
    if (scheduler.runsOnHost) {
      const checked = await workload.check(host, { session, directory: tracker.directory, runsOnHost: true }, signal);
      onStep?.("check", checked.summary);
    }
    if (record && phase === "failed")
      await endJobs(tracker, record, { why: "the notebook job was lost", how: "lost", ...tracker.state.loss, signal });
    if (record?.ending && phase === "stopping")
      await endJobs(tracker, record, { why: record.ending.why, how: "asked", signal });
    // Its way is made ready meanwhile.
    if (tracker.wanted.connection) context.connector?.prepare?.(tracker.directory);
    try {
      await startRun(tracker, signal);
    } finally {
      // What was begun may be there, even where the scheduler's answer was lost.
      const begun = tracker.state.record;
      if (begun && begun !== record && !begun.ended) onJobs?.("started", tracker);
    }
  });
}

/** What became of the run that a new one takes the place of. */
function howItWent({ loss, phase }: SessionState): string {
  if (phase === "stopping") return "`hpcnb down` was interrupted: the rest of the last run is ended first";
  if (loss?.how === "walltime") return `the last run ended at its walltime: ${loss.why}`;
  if (loss?.how === "preempted") return `the last run was preempted: ${loss.why}`;
  if (loss?.how === "finished") return `the last run is finished: ${loss.why}`;
  return `the last run was lost: ${loss?.why}`;
}

/**
 * Nothing is started beside jobs that go on without their record, nor where that cannot be ruled
 * out.
 */
function tellOrRefuse({ state, context, runs }: Tracker, onStep: BringUpOptions["onStep"]): void {
  const { recordProblem, strays, trouble } = state;
  if (strays?.own.length || recordProblem?.kind === "newer") throw whyNoRecord(state);
  if (trouble !== undefined && runs?.own.size) {
    throw new HpcnbError(
      "HPCNB_SCHEDULER_UNREACHABLE",
      `${whyLost(recordProblem)} Only the scheduler knows whether its jobs go on: ${trouble}`,
      { transient: true, hint: "Nothing was started. Try again when the scheduler answers." },
    );
  }
  if (recordProblem) onStep?.("before", `${recordProblem.error.message} A new session is started.`);
  if (strays?.others.length) context.note?.(describeOthers(strays.others, context.session.name));
}

/** The notebook goes on: only the lost jobs beside it are started again. */
async function repair(tracker: Tracker, { signal, onStep }: BringUpOptions): Promise<void> {
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
