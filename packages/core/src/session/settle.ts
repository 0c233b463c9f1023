import { HpcnbError, isHpcnbError } from "../errors.js";
import type { CancelTarget, JobStatus, TaskRange } from "../scheduler.js";
import { isIn, numbersIn, rangesOf } from "../task-ranges.js";
import { endJobs } from "./end-jobs.js";
import { arraysOf } from "./engine-arrays.js";
import { secondLookMs } from "./job-facts.js";
import { removeRuns } from "./runs.js";
import { type ArrayRecord, clusterOf, type JobRecord, roleOfJob, type SessionRecord } from "./session-record.js";
import type { Tracker } from "./tracker.js";
import type { Cluster, PlanContext, Run } from "./workload.js";

/**
 * Carries out what this command has just written into the record. To be called with the session's
 * lock held.
 */
export async function settle(tracker: Tracker, record: SessionRecord, signal?: AbortSignal): Promise<void> {
  await carryOut(tracker, record, { listed: await tracker.context.scheduler.status(signal), signal });
}

/**
 * The same from wherever an earlier command has left it: jobs that the scheduler lists under the
 * record's names are ours, and the rest is submitted. What that command submitted last may be
 * listed late, and one answer may be incomplete: nothing is submitted twice for that.
 */
export async function resume(tracker: Tracker, record: SessionRecord, signal?: AbortSignal): Promise<void> {
  const { scheduler, clock } = tracker.context;
  // Not `askScheduler`: without a full answer, submitting could start everything twice.
  const first = await scheduler.status(signal);
  const isThere = (job: JobRecord) => job.id !== undefined || first.some(({ name }) => name === job.name);
  if (record.jobs.every(isThere)) return carryOut(tracker, record, { listed: first, signal });
  await clock.sleep(secondLookMs.afterNoAnswer, signal);
  const second = await scheduler.status(signal);
  const only = first.filter(({ id }) => !second.some((job) => job.id === id));
  await carryOut(tracker, record, { listed: [...second, ...only], signal });
}

async function carryOut(
  tracker: Tracker,
  record: SessionRecord,
  { listed, signal }: Pick<Submission, "listed" | "signal">,
): Promise<void> {
  const { host, scheduler, lacks, workload } = tracker.context;
  const token = await tracker.token.read();
  const cluster = clusterOf(record);
  if (cluster && record.cluster?.unsettled) {
    const targets = Object.entries(record.cluster.wanted).map(([group, wanted]) => ({
      ranges: askedRanges(arraysOf(record).filter((array) => array.group === group)),
      wanted,
    }));
    await host.writeFiles(
      [workload.pointer(record.run, cluster), workload.targets(record.run, cluster, targets)],
      signal,
    );
    const dismissed = dismissedTasks(record.jobs, listed);
    await scheduler.cancel(lacks?.has("cancelTasks") ? wholeArrays(dismissed, listed) : dismissed, signal);
  }
  const context = planContext(tracker, { ...record.run, token }, cluster);
  await submitMissing(tracker, record, { context, listed, signal });
}

export function planContext(tracker: Tracker, run: Run, cluster: Cluster | undefined): PlanContext {
  const { session, scheduler, readiness } = tracker.context;
  return { session, directory: tracker.directory, run, readiness: readiness.forJob(), scheduler, cluster };
}

/** Leaves out dismissed engines: if one comes back, it must not push another out. */
function askedRanges(arrays: readonly ArrayRecord[]): TaskRange[] {
  const dismissed = new Set(arrays.flatMap((array) => numbersIn(array.dismissed ?? [])));
  const numbers = numbersIn(arrays);
  return rangesOf(numbers.filter((number) => !dismissed.has(number)));
}

/** Tasks of an array. */
type Tasks = Exclude<CancelTarget, string>;

/** For a scheduler that ends no single tasks: the arrays that have no other task listed. */
function wholeArrays(targets: readonly Tasks[], listed: readonly JobStatus[]): CancelTarget[] {
  return targets.flatMap(({ id, tasks }) => {
    const all = numbersIn(listed.find((job) => job.id === id)?.tasks ?? []).length;
    return numbersIn(tasks).length === all ? [id] : [];
  });
}

/** Dismissed engines that the scheduler still lists. */
function dismissedTasks(jobs: readonly JobRecord[], listed: readonly JobStatus[]): Tasks[] {
  return jobs.flatMap(({ name, array }): Tasks[] => {
    const job = listed.find((other) => other.name === name);
    if (!array?.dismissed || !job) return [];
    const tasks: TaskRange[] = rangesOf(
      numbersIn(array.dismissed)
        .map((number) => number - array.first + 1)
        .filter((task) => isIn(job.tasks ?? [], task)),
    );
    return tasks.length === 0 ? [] : [{ id: job.id, tasks }];
  });
}

interface Submission {
  readonly context: PlanContext;
  readonly listed: readonly JobStatus[];
  readonly signal: AbortSignal | undefined;
}

/** Submits the jobs of a record that have no id yet, and writes down what is then true. */
export async function submitMissing(tracker: Tracker, record: SessionRecord, submission: Submission): Promise<void> {
  const { jobs, failure } = await submitInOrder(tracker, record, submission);
  const isRejected = isHpcnbError(failure, "HPCNB_SUBMIT_REJECTED");
  // After no answer the job may be there: the next command finds it by its name.
  if (failure !== undefined && !isRejected) {
    await tracker.writeRecord({ ...record, jobs });
    throw failure;
  }
  const submitted = jobs.filter(({ id }) => id !== undefined);
  if (isRejected && record.jobs.every(({ id }) => id === undefined)) {
    await endHalf(tracker, { ...record, jobs: submitted }, failure);
    throw failure;
  }
  await tracker.writeRecord(settled(record, submitted));
  if (isRejected) throw failure;
}

/** A rejected array will never run, so its group goes back to its previous size. */
function settled(record: SessionRecord, jobs: readonly JobRecord[]): SessionRecord {
  if (!record.cluster) return { ...record, jobs };
  const { unsettled, ...cluster } = record.cluster;
  const rejected = arraysOf({ jobs: record.jobs.filter(({ name }) => !jobs.some((job) => job.name === name)) });
  const before = rejected.map(({ group }) => [group, unsettled?.before[group] ?? cluster.wanted[group] ?? 0]);
  return { ...record, cluster: { ...cluster, wanted: { ...cluster.wanted, ...Object.fromEntries(before) } }, jobs };
}

/** A rejection is final, and half a session is of no use. */
async function endHalf(tracker: Tracker, record: SessionRecord, failure: HpcnbError): Promise<void> {
  await tracker.writeRecord(record);
  try {
    await endJobs(tracker, record, { why: "a job was rejected by the scheduler", how: "lost" });
    // Its token is of no use any more.
    await removeRuns(tracker.context.host, tracker.directory, [record.run.id]);
  } catch (cause) {
    throw new HpcnbError("HPCNB_SUBMIT_REJECTED", failure.message, {
      cause,
      hint: "Not everything is ended yet: run `hpcnb down`.",
    });
  }
}

/**
 * One after the other: a scheduler serves jobs in the order of their ids, and engines in a user's
 * last free cores would wait without end for a controller behind them.
 */
async function submitInOrder(
  { context: { scheduler, workload } }: Tracker,
  record: SessionRecord,
  { context, listed, signal }: Submission,
): Promise<{ jobs: JobRecord[]; failure?: unknown }> {
  const jobs = [...record.jobs];
  for (const [index, job] of record.jobs.entries()) {
    if (job.id !== undefined) continue;
    const known = listed.find(({ name }) => name === job.name);
    try {
      const id = known?.id ?? (await scheduler.submit(workload.job(context, roleOfJob(job)), signal));
      jobs[index] = { ...job, id };
    } catch (failure) {
      return { jobs, failure };
    }
  }
  return { jobs };
}
