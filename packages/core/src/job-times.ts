/**
 * When a job began to run and when its time will be up, as far as that is known. Times are ISO
 * 8601.
 */
export interface JobTimes {
  readonly startedAt?: string;
  /** Seconds, as they were asked for. */
  readonly walltime?: number;
  readonly endsAt?: string;
}
