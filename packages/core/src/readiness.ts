import type { Host } from "./host.js";
import type { PluginContext } from "./plugin-context.js";

/**
 * Makes what one host wrote usable on another.
 *
 * A compute node may see a file late that the submit node wrote, and the other way round. A
 * strategy decides how each side comes to trust what it reads. It has one part for each side:
 * `forJob` travels inside the job script, because it cannot be read from a storage that is not
 * ready yet; `read` runs where hpcnb runs.
 */
export interface StorageReadiness {
  /** Shown by `status`. */
  readonly name: string;

  /**
   * How a job waits for the files written for it. Plain data for the launch program, which reports
   * what it measured.
   */
  forJob(): JobReadiness;

  /**
   * Reads records that jobs publish. A record that is not there yet, or not complete, or of another
   * run, is undefined: the caller asks again.
   * @throws HPCNB_STATE_UNREADABLE for one that stays incomplete, or of another run.
   */
  read(
    host: Host,
    paths: readonly string[],
    run: string,
    options?: ReadOptions,
  ): Promise<(PublishedRecord | undefined)[]>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * How long it may wait for a record that has changed since it was read before. It may come back
   * sooner.
   */
  readonly patienceMs?: number;
}

export type JobReadiness = {
  /** Seconds: the fixed delay, or the most that is waited. */
  readonly seconds: number;
} & (
  | {
      /**
       * `content`: wait until the files' content is complete and of this run. `delay`: wait
       * `seconds`, and then some seconds more for what is not there yet.
       */
      readonly strategy: "content" | "delay";
    }
  | {
      /**
       * The text of a Python module (3.9, the standard library alone) with a function
       * `wait(paths, run, seconds)`. It returns when the files at `paths` should be readable on
       * the job's host, and raises an exception when they never will be. The job then waits some
       * seconds more for what is not there yet. Everybody may read it.
       */
      readonly strategy: "own";
      readonly source: string;
    }
);

/** What a job says of itself. `run` tells it from an older one at the same place. */
export interface PublishedRecord {
  readonly run: string;
  readonly [key: string]: unknown;
}

export interface ReadinessContext extends PluginContext {
  /** From `storage.timeout`. */
  readonly timeoutMs: number;
}
