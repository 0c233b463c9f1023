import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HpcnbError } from "@hpcnb/core";
import { type SchedulerName, schedulerNames } from "./schedulers/names.js";

export interface SiteOptions {
  /** Tells several testbeds on one machine apart. Default "main". */
  name?: string;
  /** Compute nodes, 1 to 50. Default 3. */
  nodes?: number;
  /** Default alice and bob. */
  users?: readonly string[];
  /** At least one. Default "sge". */
  schedulers?: readonly SchedulerName[];
  /** False: no scheduler can tell of jobs that have ended. Default true. */
  accounting?: boolean;
  /** True: each job has a /tmp of its own, which no login to the node sees. Default false. */
  privateTmp?: boolean;
  /**
   * The directory that every host sees, read-only, as /opt/hpcnb. Default: the workspace this
   * package lies in, if it lies in one.
   */
  checkout?: string | undefined;
}

/** What a testbed is made of: names, addresses and paths, all derived from its options. */
export interface Site {
  readonly name: string;
  readonly schedulers: readonly SchedulerName[];
  readonly accounting: boolean;
  readonly privateTmp: boolean;
  readonly users: readonly User[];
  readonly checkout?: string | undefined;
  /** node1 .. nodeN */
  readonly nodes: readonly string[];
  /** login and the nodes: the hosts that share /home. */
  readonly cluster: readonly string[];
  /** laptop and the cluster: the hosts a user can be on. */
  readonly hosts: readonly string[];
}

export interface User {
  readonly name: string;
  readonly uid: number;
}

/** The host that no user sees: it holds the network's bridges and the shared disk. */
export const switchHost = "switch";

const firstUid = 20_001;
export const roots = {
  state: "/var/lib/hpcnb-testbed",
  run: "/run/hpcnb-testbed",
  cache: "/var/cache/hpcnb-testbed",
} as const;

export function siteOf(options: SiteOptions = {}): Site {
  const { name = "main", nodes: count = 3, users = ["alice", "bob"] } = options;
  const { accounting = true, privateTmp = false } = options;
  const schedulers = [...new Set<SchedulerName>(options.schedulers ?? ["sge"])];
  const checkout = options.checkout === undefined ? workspaceRoot() : resolve(options.checkout);
  assertName(name, "a testbed");
  for (const user of users) assertName(user, "a user");
  if (!Number.isInteger(count) || count < 1 || count > 50) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `the number of nodes must be between 1 and 50, but was ${count}`);
  }
  const unknown = schedulers.find((scheduler) => !schedulerNames.includes(scheduler));
  if (unknown !== undefined || schedulers.length === 0) {
    const known = schedulerNames.join(", ");
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `a testbed has no scheduler ${unknown ?? "at all"}: it has ${known}`);
  }
  if (checkout !== undefined && !existsSync(checkout)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `there is no directory ${checkout}`);
  }
  const nodes = Array.from({ length: count }, (_, index) => `node${index + 1}`);
  const cluster = ["login", ...nodes];
  return {
    name,
    schedulers,
    accounting,
    privateTmp,
    checkout,
    users: users.map((user, index) => ({ name: user, uid: firstUid + index })),
    nodes,
    cluster,
    hosts: ["laptop", ...cluster],
  };
}

/**
 * A name for a testbed that tests in another clone on this machine do not use as well. It stays the
 * same, so that the next run clears away what a killed one has left.
 * @param word up to 10 letters
 */
export function nameHere(word: string): string {
  return `${word}${createHash("sha256")
    .update(workspaceRoot() ?? "")
    .digest("hex")
    .slice(0, 6)}`;
}

function workspaceRoot(): string | undefined {
  for (let directory = import.meta.dirname; directory !== dirname(directory); directory = dirname(directory)) {
    if (existsSync(join(directory, "pnpm-workspace.yaml"))) return directory;
  }
  return undefined;
}

function assertName(name: string, what: string): void {
  if (/^[a-z][a-z0-9]{0,15}$/.test(name)) return;
  throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `"${name}" is no name for ${what}: up to 16 letters a-z and digits`);
}

/** A host's network namespace. The main testbed's names are the short ones. */
export function namespaceOf(siteName: string, host: string): string {
  return siteName === "main" ? `hpcnb-${host}` : `hpcnb-${siteName}-${host}`;
}

/** True for the namespaces of this testbed and no other's. */
export function isNamespaceOf(siteName: string, namespace: string): boolean {
  const prefix = namespaceOf(siteName, "");
  return namespace.startsWith(prefix) && /^(laptop|login|switch|node\d+)$/.test(namespace.slice(prefix.length));
}

/** The address on the network inside the cluster. */
export function innerAddress(host: string): string {
  return host === "login" ? "10.77.0.1" : `10.77.0.${10 + Number(host.replace("node", ""))}`;
}

/** The same host's address where `only-ipv6` holds. */
export function innerAddress6(host: string): string {
  return innerAddress(host).replace("10.77.0.", "fd77::");
}

/** The network that laptop and login share. */
export const outerAddresses: Record<string, string> = { login: "10.78.0.1", laptop: "10.78.0.2" };

export function pathsOf(siteName: string) {
  const state = join(roots.state, siteName);
  const run = join(roots.run, siteName);
  return {
    state,
    run,
    stateFile: join(state, "state.json"),
    lock: join(roots.run, `${siteName}.lock`),
    /** Programs that every host's users have on their PATH. */
    bin: join(state, "bin"),
    /**
     * A copy of the machine's /etc with the accounts of the testbed. Each host gets its own copy.
     */
    etc: join(state, "etc"),
    clusterHome: join(state, "homes", "cluster"),
    laptopHome: join(state, "homes", "laptop"),
    host: (host: string) => join(state, "hosts", host),
    init: (host: string) => join(run, `${host}.init`),
    venv: join(roots.cache, "venv"),
  };
}

/** Where the hosts see what is the testbed's. */
export const hostPaths = {
  checkout: "/opt/hpcnb",
  venv: "/home/shared/venv",
} as const;
