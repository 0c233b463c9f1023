import type { JobSpec } from "./scheduler.js";
import { rejection } from "./scheduler-errors.js";

/** What a job may ask of a scheduler, and not every one has. */
const requests = {
  tasksAtOnce: "cannot limit how many engines run at the same time",
  cores: "gives each job one core",
  memory: "cannot be asked for memory",
  walltime: "has no time limits for jobs",
  queue: "has no queues",
  native: "has no submit command that could take further arguments",
} as const;

export type RequestFeature = keyof typeof requests;

/**
 * What a plugin may say that its scheduler lacks.
 *
 * arrays: hpcnb submits a job for each task instead · cancelTasks: single tasks of an array cannot
 * be ended, so superfluous engines end when they are idle · the others: a session that asks for it
 * is refused, with its position in the file.
 */
export type SchedulerFeature = RequestFeature | "arrays" | "cancelTasks";

export const schedulerFeatures: readonly SchedulerFeature[] = [
  ...(Object.keys(requests) as RequestFeature[]),
  "arrays",
  "cancelTasks",
];

/** What of a plugin tells what its scheduler lacks, and how to call it. */
export interface Lacking {
  readonly name: string;
  readonly lacks?: readonly SchedulerFeature[] | undefined;
}

/**
 * What sessions must do without. Jobs that stand for an array can be ended one by one, and nothing
 * limits how many of them run. Pure.
 */
export function lackedBy({ lacks = [] }: Pick<Lacking, "lacks">): ReadonlySet<SchedulerFeature> {
  const lacked = new Set(lacks);
  if (lacked.delete("arrays")) {
    lacked.delete("cancelTasks");
    lacked.add("tasksAtOnce");
  }
  return lacked;
}

/** One thing that is asked for, by its key in a session file, beside those that may be there. */
export interface Refusal {
  readonly key: string;
  readonly sentence: string;
}

/** What is asked for and lacked, in words. Pure. */
export function refusalsOf(asked: Readonly<Partial<Record<RequestFeature, unknown>>>, scheduler: Lacking): Refusal[] {
  const lacked = lackedBy(scheduler);
  const keys = Object.keys(requests) as RequestFeature[];
  return keys.flatMap((feature): Refusal[] => {
    if (!lacked.has(feature) || !isAsked(asked[feature], feature)) return [];
    const key = feature === "tasksAtOnce" ? "atOnce" : `resources.${feature}`;
    return [{ key, sentence: `the scheduler ${scheduler.name} ${requests[feature]}: leave out ${key}` }];
  });
}

/** @throws HPCNB_SUBMIT_REJECTED for a job that asks for what the scheduler lacks. */
export function expectNoRefusal({ resources, tasksAtOnce }: JobSpec, scheduler: Lacking): void {
  const asked = { ...resources, walltime: resources.walltimeSeconds, tasksAtOnce };
  const [first] = refusalsOf(asked, scheduler);
  if (!first) return;
  throw rejection(`${first.sentence.charAt(0).toUpperCase()}${first.sentence.slice(1)}.`);
}

function isAsked(value: unknown, feature: RequestFeature): boolean {
  if (feature === "cores") return typeof value === "number" && value > 1;
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
