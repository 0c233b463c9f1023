import type { JobReadiness } from "@hpcnb/core";

/**
 * What each of the programs in ../../python is told, as JSON. All paths are absolute; those of
 * records end in `Record`.
 */
export interface JobParameters {
  /** The id of the run. */
  readonly run: string;
  /** The notebook directory. */
  readonly directory: string;
  readonly readiness: JobReadiness;
  /** Exit codes that the job must not end with: the scheduler gives them a meaning. */
  readonly reservedExitCodes: readonly number[];
}

/**
 * A job that says by a record how it is: ../../python/hpcnb_launch/start.py uses that for a Python
 * that is too old.
 */
export interface ReportingParameters extends JobParameters {
  /** The path of its own record. */
  readonly record: string;
}
