import type { JobParameters, ReportingParameters } from "../launch/parameters.js";

/** See ../../python/hpcnb_ipyparallel/controller.py. */
export interface ControllerParameters extends ReportingParameters {
  readonly enginesRecord: string;
  readonly targetsRecord: string;
  /** Whether all jobs run on the controller's host. */
  readonly oneHost: boolean;
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number;
  /** The network interface whose addresses others are to use. Null: any that they can reach. */
  readonly interface: string | null;
  /** The first and the last of the ports that it may listen at. Null: any. */
  readonly ports: readonly [first: number, last: number] | null;
}

/** See ../../python/hpcnb_ipyparallel/engine.py. */
export interface EngineParameters extends JobParameters {
  readonly controllerRecord: string;
  readonly enginesRecord: string;
  readonly secretsRecord: string;
  /** The number of the array's first engine. */
  readonly first: number;
  readonly group: string;
  /** How often an engine that dies is started again. */
  readonly restarts: number;
}

/**
 * See ../../python/hpcnb_ipyparallel/companion.py: what the notebook's program does for clusters.
 */
export interface CompanionParameters {
  readonly pulseRecord: string;
  readonly pointerRecord: string;
  /** The directory of hpcnb_launchers, for the import path of the server and its kernels. */
  readonly launchers: string;
  /** Whether the session has a cluster of its own. */
  readonly cluster: boolean;
  /** Where that cluster's controller is to run inside the notebook's job. */
  readonly controller: ControllerParameters | null;
}

/**
 * See ../../python/hpcnb_ipyparallel/notebook_pulse.py: a job that ends with the notebook it was
 * started in.
 */
export interface PulseParameters {
  readonly pulseRecord: string;
  /** Seconds without a sign of life from the notebook. */
  readonly silence: number;
}

/**
 * The pointer's record: which of the run's clusters is its own. See
 * ../../python/hpcnb_ipyparallel/follow.py.
 */
export type Pointer =
  | { readonly generation: number; readonly controllerRecord: string }
  | { readonly generation: null };
