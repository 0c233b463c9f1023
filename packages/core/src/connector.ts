import type { JobTimes } from "./job-times.js";
import type { Endpoint } from "./tunnel.js";

/** A kind of tunnel that comes before the one that is open, and could not be opened. */
export interface KindFailure {
  readonly kind: string;
  /** A sentence, on one line. */
  readonly why: string;
}

export interface ConnectionFacts {
  readonly kind: string;
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly baseUrl: string;
  /** Why it is not one of the kinds that come before it, if there are any. */
  readonly failures?: readonly KindFailure[];
  /**
   * A socket of this user's alone that leads where the port leads. A secret goes by it, and never
   * to a port.
   */
  readonly door?: string;
  /** It broke, and is being opened again on the same port. */
  readonly healing?: { /** ISO 8601. */ readonly since: string; readonly why: string };
  /** It leads nowhere, and stays so until it is connected again: why. */
  readonly stuck?: string;
  /** The port that it had before; another program has it now. */
  readonly lostPort?: number;
  /** The notebook job's times, as they were when it was connected. */
  readonly times?: JobTimes;
}

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** The notebook job's times, to be known while its host cannot be asked. */
  readonly times?: JobTimes;
}

/** Whether the connection leads to the notebook, by its keeper's own word. */
export function isWhole({ healing, stuck }: ConnectionFacts): boolean {
  return healing === undefined && stuck === undefined;
}

/**
 * Paths on the notebook's server, with their queries: a page, and the path whose answer has the
 * cookies of a login.
 */
export interface LoginPaths {
  readonly page: string;
  readonly login: string;
}

/** The way from this machine to the notebook, kept by a background process. */
export interface Connector {
  /**
   * Looks whether this machine has room for what a connection needs. @throws HPCNB_UNSUPPORTED with
   * what it lacks.
   */
  check(): void;

  /**
   * The connection that there is to this session's notebook directory, whole or not, whatever run
   * it was made for.
   */
  current(directory: string): Promise<(ConnectionFacts & { readonly run: string }) | undefined>;

  /**
   * May begin with what connecting will need; with more of it once it is known on which host the
   * notebook will answer.
   */
  prepare?(directory: string, host?: string): void;

  /**
   * Opens a connection that outlives this command. One that has broken is being opened again when
   * this returns, and is not whole then.
   * @throws HPCNB_PORT_TAKEN or HPCNB_TUNNEL. A port that was held before is still held then, and
   *   leads nowhere.
   */
  connect(directory: string, run: string, endpoint: Endpoint, options?: ConnectOptions): Promise<ConnectionFacts>;

  /**
   * An address that lets one browser in: it works once, within a minute, and for this user alone
   * where that can be told. Nobody is let in by it while the connection is not whole.
   * @throws HPCNB_TUNNEL when there is no connection.
   */
  oneTimeAddress(directory: string, login: LoginPaths): Promise<string>;

  /**
   * Whether a browser was let in by such an address; undefined where that cannot be told, as of a
   * keeper that an older hpcnb has started.
   */
  isVisited(directory: string, address: string): Promise<boolean | undefined>;

  /**
   * Closes it if there is one; resolves when nothing listens any more. Connections that were opened
   * to these runs from another place are closed too: a folder may have been moved since.
   */
  disconnect(directory: string, runs?: Iterable<string>): Promise<void>;
}
