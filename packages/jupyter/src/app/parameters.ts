import type { Session } from "@hpcnb/core/session-file";
import type { ReportingParameters } from "../launch/parameters.js";

/** See ../../python/hpcnb_app/notebook.py. */
export interface NotebookParameters
  extends ReportingParameters,
    Pick<Session["notebook"], "app" | "listen" | "saveScript"> {
  readonly secretsRecord: string;
  /** The notebook's side of `TunnelKeys`. */
  readonly keysRecord: string;
  /** Null when no tunnel of the session needs one. */
  readonly relay: RelayParameters | null;
  /** Seconds that the job may run. */
  readonly walltime: number | null;
  /** The name of the session's IPython profile. */
  readonly profile: string;
  /** The session's IPYTHONDIR. */
  readonly ipython: string;
}

/** See ../../python/hpcnb_relay/main.py. */
export interface RelayParameters {
  /** Otherwise it only dials. */
  readonly listens: boolean;
  /** It may listen on the ports from the first to the last one; null: on any. */
  readonly ports: readonly [number, number] | null;
  /** The records in which keepers ask to be dialled. */
  readonly rendezvous: { readonly run: string; readonly keepers: string; readonly dialling: string };
}
