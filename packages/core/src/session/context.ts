import type { Clock } from "../clock.js";
import type { Connector } from "../connector.js";
import type { Host } from "../host.js";
import type { StorageReadiness } from "../readiness.js";
import type { Scheduler } from "../scheduler.js";
import type { SchedulerFeature } from "../scheduler-features.js";
import type { Session } from "../session-file/session.js";
import type { TunnelKeys } from "../tunnel-keys.js";
import type { SessionEvent, SessionState } from "./session-state.js";
import type { Workload } from "./workload.js";

/** Everything that the life cycle of one session needs of the world. */
export interface SessionContext {
  readonly session: Session;
  readonly host: Host;
  /** With the options of the session file. */
  readonly scheduler: Scheduler;
  /**
   * The same scheduler with the options that a session was started with, which its record has.
   * @throws HPCNB_STATE_UNREADABLE when its plugin takes no such options.
   */
  readonly schedulerFor: (options: Readonly<Record<string, unknown>>) => Promise<Scheduler>;
  /** What it cannot do. Default: it can do everything. */
  readonly lacks?: ReadonlySet<SchedulerFeature>;
  /**
   * Throws why nothing of the session may start, such as a limit of its site. What runs already
   * goes on.
   */
  readonly expectStartable?: () => void;
  readonly workload: Workload;
  readonly readiness: StorageReadiness;
  /** Undefined where no browser is, on a submit node. */
  readonly connector: Connector | undefined;
  /** Makes new keys for a run. */
  readonly makeTunnelKeys: () => Promise<TunnelKeys>;
  readonly clock: Clock;
  /** Names and values of the variables that the session exports to its jobs. */
  readonly variables: Readonly<Record<string, string>>;
  /** The runs of the session's host that this machine has met. */
  readonly remembered?: readonly RememberedRun[];
  /** Told what the user should know, and nothing else would tell. */
  readonly note?: (text: string) => void;
  /** Called after each event with what is known then. */
  readonly observe?: (state: SessionState, event: SessionEvent) => void;
}

/**
 * A run, and the notebook directory in which this machine has met it last, on the session's host.
 */
export interface RememberedRun {
  readonly run: string;
  readonly directory: string;
}
