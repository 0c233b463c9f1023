/** The batch schedulers that a testbed can have. */
export const schedulerNames = ["sge", "slurm"] as const;

export type SchedulerName = (typeof schedulerNames)[number];
