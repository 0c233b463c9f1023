import { growingPauses } from "../clock.js";
import { HpcnbError } from "../errors.js";
import { endJobs } from "./end-jobs.js";
import { describeLoss } from "./evidence.js";
import { endOf, isGone, isRequeued, isSameJob, type JobFacts } from "./job-facts.js";
import { withLock } from "./lock.js";
import type { SessionRecord } from "./session-record.js";
import { jobsThatCount, type SessionState } from "./session-state.js";
import type { Tracker } from "./tracker.js";

/**
 * A scheduler may know this late how a job ended: 15 s are usual where it writes its records in
 * batches.
 */
const historyLagMs = 20_000;

/**
 * Looks closer at a session that seems lost, and ends what is of no use any more: all of it without
 * its notebook, the engines without their controller. Returns when it is not lost after all:
 * another command may have asked for fewer engines, or started it again.
 *
 * @throws HPCNB_JOB_ENDED
 */
export async function endWhatIsLost(tracker: Tracker, signal?: AbortSignal): Promise<void> {
  const run = tracker.state.record?.run.id;
  await tracker.askWhy();
  await tracker.readRecord();
  await learnHowItEnded(tracker, signal);
  const { loss, record } = tracker.state;
  if (!record || record.ended) throw endedMeanwhile(tracker.state);
  if (!loss || record.run.id !== run) return;
  const error = await describeLoss(tracker, loss);
  if (loss.role === "engines") throw error;
  try {
    await withLock(tracker, undefined, async () => {
      const now = await tracker.readRecord();
      // While the lock was waited for, another command may have ended this run or cluster, and
      // started the next one.
      if (!now || now.ended || now.run.id !== run) return;
      if (loss.role === "notebook") {
        await endJobs(tracker, now, loss);
        await tracker.context.connector?.disconnect(tracker.directory);
      } else if (now.cluster?.generation === record.cluster?.generation) await cancelEngines(tracker, now);
    });
  } catch (cause) {
    throw new HpcnbError("HPCNB_JOB_ENDED", error.message, {
      cause,
      hint: "Not everything of the session is ended yet: run `hpcnb down`.",
    });
  }
  throw error;
}

/**
 * Those that wait for a controller that was killed in the queue would wait until their walltime.
 */
async function cancelEngines({ context: { scheduler } }: Tracker, { jobs }: SessionRecord): Promise<void> {
  const engines = jobs.filter(({ role }) => role === "engines");
  const listed = await scheduler.status();
  const left = listed.filter((status) => engines.some((job) => isSameJob(job, status)));
  await scheduler.cancel(left.map(({ id }) => id));
}

async function learnHowItEnded(tracker: Tracker, signal?: AbortSignal): Promise<void> {
  const { clock } = tracker.context;
  const deadline = clock.now() + historyLagMs;
  const nextPause = growingPauses({ firstMs: 500, longestMs: 5_000 });
  while (isUnexplained(tracker.state)) {
    const pauseMs = nextPause();
    if (clock.now() + pauseMs > deadline) return;
    await clock.sleep(pauseMs, signal);
    await tracker.askScheduler();
    await tracker.askHistory();
  }
}

/** A job that has ended says why only if it could; what has ended it, the scheduler knows. */
function isUnexplained(state: SessionState): boolean {
  const { loss, jobs, reports } = state;
  if (!loss) return false;
  if (loss.role === "engines")
    return jobsThatCount(state).some((job) => job.record.array && isGone(job) && isSilent(job));
  const job = jobs[loss.role];
  const report = reports[loss.role].state;
  return (
    job !== undefined && !isRequeued(job) && isSilent(job) && report !== "failed" && (report === "ended" || isGone(job))
  );
}

function isSilent(job: JobFacts): boolean {
  const { reason, exitCode } = endOf(job);
  return !job.history && reason === undefined && exitCode === undefined;
}

export function endedMeanwhile({ record }: SessionState): HpcnbError {
  const why = record?.ended ? `: ${record.ended.why}` : "";
  return new HpcnbError("HPCNB_JOB_ENDED", `The session was ended meanwhile${why}.`, {
    hint: "`hpcnb up` starts it again.",
  });
}
