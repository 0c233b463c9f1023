import { randomBytes, randomInt } from "node:crypto";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { JobStatus, Scheduler } from "../scheduler.js";
import { endJobs } from "./end-jobs.js";
import { runDirectory } from "./layout.js";
import { type JobRecord, newRecord, type SessionRecord } from "./session-record.js";
import type { Tracker } from "./tracker.js";
import type { PlannedJob, Run } from "./workload.js";

/** Makes a run's files and submits its jobs, all at once. To be called with the session's lock held. */
export async function startRun(tracker: Tracker, signal?: AbortSignal): Promise<void> {
  const { session, host, scheduler } = tracker.context;
  const run = newRun(tracker.directory);
  const plan = planOf(tracker, run);
  await host.writeFiles(plan.files, signal);
  const record = newRecord({
    session,
    directory: tracker.directory,
    runId: run.id,
    jobs: plan.jobs,
    nameOf: (name) => scheduler.nameOf(name),
  });
  await tracker.writeRecord(record);
  await submitMissing(tracker, record, plan.jobs, [], signal);
}

/**
 * Goes on where a command was killed between writing the jobs' names and their ids: jobs that the scheduler lists under these names are
 * ours, and the rest is submitted. To be called with the session's lock held.
 */
export async function completeRun(tracker: Tracker, record: SessionRecord, signal?: AbortSignal): Promise<void> {
  // Not `askScheduler`: without a full answer, submitting could start everything twice.
  const listed = await tracker.context.scheduler.status(signal);
  const token = await tracker.readToken();
  if (token === undefined) {
    throw new HpcnbError(
      "HPCNB_STATE_UNREADABLE",
      `The files of run ${record.run.id} in ${record.run.directory} are not complete.`,
      {
        hint: "Run `hpcnb down` and then `hpcnb up` again.",
      },
    );
  }
  const plan = planOf(tracker, { ...record.run, token });
  await submitMissing(tracker, record, plan.jobs, listed, signal);
}

function newRun(directory: string): Run {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const id = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("");
  return { id, directory: runDirectory(directory, id), token: randomBytes(24).toString("hex") };
}

function planOf(tracker: Tracker, run: Run) {
  const { session, scheduler, readiness, workload } = tracker.context;
  return workload.plan({ session, directory: tracker.directory, run, readiness: readiness.forJob(), scheduler });
}

async function submitMissing(
  tracker: Tracker,
  record: SessionRecord,
  planned: readonly PlannedJob[],
  listed: readonly JobStatus[],
  signal?: AbortSignal,
): Promise<void> {
  const { jobs, failure } = await submitInOrder(tracker.context.scheduler, record, { planned, listed, signal });
  await tracker.writeRecord({ ...record, jobs });
  if (failure === undefined) return;
  // A rejection is final, and half a session is of no use. After no answer the job may be there: the next `up` finds it by its name.
  if (!isHpcnbError(failure, "HPCNB_SUBMIT_REJECTED")) throw failure;
  try {
    await endJobs(tracker, { ...record, jobs }, "a job was rejected by the scheduler");
  } catch (cause) {
    throw new HpcnbError("HPCNB_SUBMIT_REJECTED", failure.message, {
      cause,
      hint: "Not everything is ended yet: run `hpcnb down`.",
    });
  }
  throw failure;
}

/**
 * One after the other: a scheduler serves jobs in the order of their ids, and engines that fill a user's last slots would wait for ever for a
 * controller behind them.
 */
async function submitInOrder(
  scheduler: Scheduler,
  record: SessionRecord,
  options: { planned: readonly PlannedJob[]; listed: readonly JobStatus[]; signal: AbortSignal | undefined },
): Promise<{ jobs: JobRecord[]; failure?: unknown }> {
  const jobs = [...record.jobs];
  for (const [index, job] of record.jobs.entries()) {
    if (job.id !== undefined) continue;
    const known = options.listed.find(({ name }) => name === job.name);
    const plan = options.planned.find(({ role }) => role === job.role);
    if (!plan) throw new Error(`No plan for the ${job.role} job of run ${record.run.id}`);
    try {
      jobs[index] = { ...job, id: known?.id ?? (await scheduler.submit(plan.spec, options.signal)) };
    } catch (failure) {
      return { jobs, failure };
    }
  }
  return { jobs };
}
