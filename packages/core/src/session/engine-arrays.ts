import { isIn } from "../task-ranges.js";
import { type ArrayRecord, clusterOf, type SessionRecord } from "./session-record.js";
import type { LogOf, Role } from "./workload.js";

export function arraysOf({ jobs }: Pick<SessionRecord, "jobs">): ArrayRecord[] {
  return jobs.flatMap(({ array }) => array ?? []);
}

/** The largest number that an engine of the record has; 0 without engines. */
export function lastEngine(record: Pick<SessionRecord, "jobs">): number {
  return Math.max(0, ...arraysOf(record).map(({ last }) => last));
}

/** Where a job of the record logs; undefined when there is no such job. `engine` is a number. */
export function logOf(
  record: Pick<SessionRecord, "run" | "cluster" | "jobs">,
  role: Role,
  engine?: number,
): LogOf | undefined {
  const { run } = record;
  const cluster = clusterOf(record);
  if (role === "notebook") return { role, run };
  if (!cluster) return undefined;
  if (role === "controller") return { role, run, cluster };
  if (engine === undefined) return undefined;
  const array = arraysOf(record).find((array) => isIn([array], engine));
  return array && { role, cluster, array, engine };
}
