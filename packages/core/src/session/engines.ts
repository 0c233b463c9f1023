import { defined } from "../defined.js";
import type { TaskStatus } from "../scheduler.js";
import { lengthOf, numbersIn } from "../task-ranges.js";
import { isGone, type JobFacts } from "./job-facts.js";
import type { EngineReport, EngineReports } from "./workload.js";

/** How many engines are where, by the scheduler and by the controller. */
export interface EngineCounts {
  /** How many are wanted. */
  readonly asked: number;
  /**
   * Each engine that was submitted, and that nobody has dismissed since, is in one of these five,
   * by the scheduler's word.
   */
  readonly queued: number;
  readonly starting: number;
  readonly running: number;
  readonly suspended: number;
  /** No longer listed, or given up on by the scheduler. */
  readonly failed: number;
  /** Known to the controller. */
  readonly registered: number;
  /** Listed by the scheduler as if all were well, and no longer heard of by the controller. */
  readonly lost: number;
}

/**
 * One engine side by side: what the scheduler says of its task, and what the controller says of it.
 */
export interface EngineFacts {
  readonly number: number;
  readonly group: string;
  readonly job: JobFacts;
  readonly state: EngineState;
  /** As the scheduler listed it last; undefined when it has not, or no longer does. */
  readonly task?: TaskStatus;
  readonly report: EngineReport | undefined;
}

export type EngineState = "queued" | "starting" | "running" | "suspended" | "failed";

const stateOf: Record<TaskStatus["state"], EngineState> = {
  queued: "queued",
  held: "queued",
  unknown: "queued",
  starting: "starting",
  running: "running",
  suspended: "suspended",
  error: "failed",
  finished: "failed",
};

/**
 * The engines that are there or ought to be, ascending: not those that were dismissed or retired.
 * Pure.
 */
export function listEngines(jobs: readonly JobFacts[], reports: EngineReports): EngineFacts[] {
  const engines: EngineFacts[] = [];
  for (const job of jobs) {
    const { array } = job.record;
    if (!array) continue;
    const gone = isGone(job);
    const length = lengthOf(array);
    const now = tasksOf(job.status?.tasks, length);
    // A single answer may lack tasks that are there: what the one before said holds for one more.
    const before = tasksOf(job.before?.tasks, length);
    const dismissed = new Set(numbersIn(array.dismissed ?? []));
    for (let task = 1; task <= length; task += 1) {
      const number = array.first + task - 1;
      const report = reports.get(number);
      if (dismissed.has(number) || report === "retired") continue;
      const status = gone ? undefined : (now.get(task) ?? before.get(task));
      const isUnknown = job.status === undefined || (job.before === undefined && !now.has(task));
      const absent = gone || !isUnknown ? "failed" : "queued";
      const state = status ? stateOf[status.state] : absent;
      engines.push({ number, group: array.group, job, state, report, ...defined({ task: status }) });
    }
  }
  return engines.sort((one, other) => one.number - other.number);
}

export function countEngines(asked: number, engines: readonly EngineFacts[]): EngineCounts {
  const counts = { asked, queued: 0, starting: 0, running: 0, suspended: 0, failed: 0, registered: 0, lost: 0 };
  for (const engine of engines) {
    counts[engine.state] += 1;
    if (isRegistered(engine)) counts.registered += 1;
    if (isLost(engine)) counts.lost += 1;
  }
  return counts;
}

/** Whether an engine is there, or may still come. */
export function isLeft(engine: EngineFacts): boolean {
  return engine.state !== "failed" || isRegistered(engine);
}

/** Whether the scheduler has given it a host, and it has not failed. */
export function countsAsThere({ state }: EngineFacts): boolean {
  return state === "running" || state === "starting" || state === "suspended";
}

/** One that is suspended is silent, and comes back. */
export function isLost({ state, report }: EngineFacts): boolean {
  return report === "lost" && state !== "failed" && state !== "suspended";
}

export function isRegistered({ report }: EngineFacts): boolean {
  return report === "registered" || report === "restarted";
}

/**
 * By number, of those that an array of so many tasks has: a scheduler's answer may name any others.
 */
function tasksOf(tasks: readonly TaskStatus[] | undefined, last: number): Map<number, TaskStatus> {
  return new Map(
    (tasks ?? []).flatMap((range) => {
      const own = { first: Math.max(1, range.first), last: Math.min(last, range.last) };
      return own.first > own.last ? [] : numbersIn([own]).map((number): [number, TaskStatus] => [number, range]);
    }),
  );
}
