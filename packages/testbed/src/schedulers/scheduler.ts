import type { Site } from "../site.js";

/**
 * What a batch scheduler brings to a testbed. Nothing else in this package knows one by its name.
 * Every function may be called again after it was interrupted anywhere.
 */
export interface TestbedScheduler {
  /** For people, as in "Grid Engine: 3.1 s". */
  readonly title: string;
  /** Debian's packages. */
  readonly packages: readonly string[];
  /** Programs in /usr/bin. They tell people, and hpcnb, that a machine has this scheduler. */
  readonly programs: readonly string[];
  /** TCP ports of its daemons: no firewall of a site closes them. */
  readonly ports: readonly number[];
  /** Lines for debconf-set-selections(1), which the packages ask for. */
  readonly answers: readonly string[];
  /** Services that its packages bring, by package. They run in the hosts, never on the machine. */
  readonly services: Readonly<Record<string, string>>;
  /** Makes the directories that `hostSetUp` mounts, before the hosts are started. */
  makeDirectories(site: Site): Promise<void>;
  /**
   * Lines of shell that root runs in a host when it starts. Its /etc, /run, /tmp and /home are
   * mounted by then. The lines hide the machine's own scheduler, on the laptop, too.
   */
  hostSetUp(site: Site, host: string): Promise<string[]>;
  /** Starts it for the first time, and waits until every node is ready for jobs. */
  start(site: Site): Promise<void>;
  /** Starts its central daemon on login, and waits for an answer. */
  startController(site: Site): Promise<void>;
  /** Ends its central daemon. Does nothing when that has ended already. */
  stopController(site: Site): Promise<void>;
  /** The daemon that keeps what is known of jobs that have ended, if it has one of its own. */
  readonly accounting?: Accounting;
  /** Starts its daemon on a node that has come back. */
  startNode(site: Site, node: string): Promise<void>;
  /** What a user's shell on the cluster has, besides the usual: the scheduler's own variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines that a site's administrators would put into their users' login profile. */
  readonly profile: string;
}

export interface Accounting {
  /** Starts the daemon, and waits for an answer. */
  start(site: Site): Promise<void>;
  /** Ends the daemon. Does nothing when it has ended already. */
  stop(site: Site): Promise<void>;
}
