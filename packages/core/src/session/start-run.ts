import { randomBytes, randomInt } from "node:crypto";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { JobStatus } from "../scheduler.js";
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
    name: session.name,
    scheduler: session.scheduler.plugin,
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
  const { scheduler } = tracker.context;
  const outcomes = await Promise.allSettled(
    record.jobs.map(async (job): Promise<JobRecord> => {
      if (job.id !== undefined) return job;
      const known = listed.find(({ name }) => name === job.name);
      if (known) return { ...job, id: known.id };
      const plan = planned.find(({ role }) => role === job.role);
      if (!plan) throw new Error(`No plan for the ${job.role} job of run ${record.run.id}`);
      return { ...job, id: await scheduler.submit(plan.spec, signal) };
    }),
  );
  const jobs = record.jobs.map((job, index) => {
    const outcome = outcomes[index];
    return outcome?.status === "fulfilled" ? outcome.value : job;
  });
  await tracker.writeRecord({ ...record, jobs });

  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (failures.length === 0) return;
  // A rejection is final, and half a session is of no use. After no answer at all the jobs may be there: the next `up` finds them by name.
  const rejected = failures.filter((error) => isHpcnbError(error, "HPCNB_SUBMIT_REJECTED"))[0];
  if (!rejected) throw failures[0];
  try {
    await endJobs(tracker, record, "a job was rejected by the scheduler");
  } catch (cause) {
    throw new HpcnbError("HPCNB_SUBMIT_REJECTED", rejected.message, {
      cause,
      hint: "Not everything is ended yet: run `hpcnb down`.",
    });
  }
  throw rejected;
}
