import type { EngineCounts, JobTimes } from "@hpcnb/core/session";
import type { StatusView } from "./status-view.js";

/** A session as `hpcnb list` shows it. */
export interface ListedSession extends JobTimes {
  readonly name: string;
  readonly state: StatusView["state"];
  readonly phase: StatusView["phase"];
  readonly file: string;
  readonly run?: string;
  readonly host?: string;
  readonly engines?: EngineCounts;
  readonly submittedAt?: string;
  readonly endedAt?: string;
  readonly url?: string;
  readonly problem?: string;
}
