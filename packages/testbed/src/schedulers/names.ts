/** The batch schedulers that a testbed can have. */
export const schedulerNames = ["sge"] as const;

export type SchedulerName = (typeof schedulerNames)[number];
