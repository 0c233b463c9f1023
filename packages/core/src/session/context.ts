import type { Clock } from "../clock.js";
import type { Host } from "../host.js";
import type { StorageReadiness } from "../readiness.js";
import type { Scheduler } from "../scheduler.js";
import type { Session } from "../session-file/session.js";
import type { Endpoint } from "../tunnel.js";
import type { ConnectionFacts, SessionEvent, SessionState } from "./life-cycle.js";
import type { Workload } from "./workload.js";

/** Everything that the life cycle of one session needs of the world. */
export interface SessionContext {
  readonly session: Session;
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly workload: Workload;
  readonly readiness: StorageReadiness;
  /** Undefined where no browser is, on a submit node. */
  readonly connector: Connector | undefined;
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

/** A run, and the notebook directory in which this machine has met it last, on the session's host. */
export interface RememberedRun {
  readonly run: string;
  readonly directory: string;
}

/** The way from this machine to the notebook, kept by a background process. */
export interface Connector {
  /** Looks whether this machine has room for what a connection needs. @throws HPCNB_UNSUPPORTED with what it lacks. */
  check(): void;

  /** The connection that there is to this session's notebook directory, whole or not, whatever run it was made for. */
  current(directory: string): Promise<(ConnectionFacts & { readonly run: string }) | undefined>;

  /** May begin with what connecting will need, once it is known on which host the notebook will answer. */
  prepare?(directory: string, host: string): void;

  /**
   * Opens a connection that outlives this command. One that has broken is being opened again when this returns, and is
   * not whole then.
   * @throws HPCNB_PORT_TAKEN or HPCNB_TUNNEL. A port that was held before is still held then, and leads nowhere.
   */
  connect(directory: string, run: string, endpoint: Endpoint, signal?: AbortSignal): Promise<ConnectionFacts>;

  /**
   * Closes it if there is one; resolves when nothing listens any more. Connections that were opened to
   * these runs from another place are closed too: a folder may have been moved since.
   */
  disconnect(directory: string, runs?: Iterable<string>): Promise<void>;
}
