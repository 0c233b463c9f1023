import type { JobId, JobSpec } from "@hpcnb/core";

export type Phase = "waiting" | "starting" | "running" | "suspended" | "error" | "ended";

export interface Task {
  readonly number: number;
  phase: Phase;
  host?: string;
  reason?: string;
  exitCode?: number;
  walltimeReached?: boolean;
  preempted?: boolean;
  requeued?: boolean;
  /** Milliseconds of the clock: when its program will end by itself, and how. */
  endsAtMs?: number;
  suspendedSinceMs?: number;
  ending?: Pick<Task, "exitCode" | "reason" | "walltimeReached">;
  /** Milliseconds of the clock. */
  runningSince?: number;
  endedAt?: number;
}

/** A job as the simulation knows it. One that is no array has one task. */
export interface Job {
  readonly id: JobId;
  /** 1 for the first job: the key of what is random about it. */
  readonly number: number;
  readonly spec: JobSpec;
  readonly cores: number;
  readonly tasks: readonly Task[];
  held: boolean;
  /** Whether its time in the queue has passed. */
  eligible: boolean;
  /** Index of the first task that may still wait for slots. */
  next: number;
  /** How many tasks have slots. */
  active: number;
  /** How many tasks have not ended. */
  open: number;
  endedAt?: number;
  /** Gone without a trace. */
  vanished: boolean;
}

export function createJob(id: JobId, number: number, spec: JobSpec): Job {
  const size = spec.tasks ?? 1;
  return {
    id,
    number,
    spec,
    cores: spec.resources.cores ?? 1,
    tasks: Array.from({ length: size }, (_, index): Task => ({ number: index + 1, phase: "waiting" })),
    held: spec.resources.native?.includes("--hold") ?? false,
    eligible: false,
    next: 0,
    active: 0,
    open: size,
    vanished: false,
  };
}
