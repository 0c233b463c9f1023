import { addDeadEnd, bringIpv4Back, hideName, leaveIpv6Only, removeDeadEnd, showName } from "./address-faults.js";
import { killHost } from "./hosts.js";
import { cut, slowDown, speedUp, uncut } from "./network-faults.js";
import { addFilter, noSsh, nothingFromLogin, onlyPorts, onlyPortsName, removeFilter } from "./packet-filters.js";
import { schedulersOf } from "./schedulers/index.js";
import type { Accounting } from "./schedulers/scheduler.js";
import type { Site } from "./site.js";
import { startSshd, stopSshd } from "./ssh.js";
import { startHost } from "./start-host.js";
import type { Fault } from "./state.js";
import { addStorageLag, fillDisk, freeDisk, removeStorageLag } from "./storage-faults.js";

/** What can break, and where at all. Undoing what is not broken does nothing. */
export interface FaultKind {
  readonly everywhere: (site: Site) => readonly string[];
  /** Where no host is named. Without this, everywhere. */
  readonly byDefault?: (site: Site) => readonly string[];
  readonly apply: (site: Site, fault: Target) => Promise<void>;
  readonly undo: (site: Site, fault: Target) => Promise<void>;
}

/** A fault on one host, with what else the kind needs. */
export interface Target extends Fault {
  host: string;
  directory: string;
}

/**
 * In the order in which they are undone: a dead node needs the network and the scheduler to start,
 * and the rest needs its host.
 */
export const kinds: Record<string, FaultKind> = {
  cut: {
    everywhere: (site) => site.hosts,
    byDefault: () => ["laptop"],
    apply: (site, { host }) => cut(site, host),
    undo: (site, { host }) => uncut(site, host),
  },
  "slow-network": {
    everywhere: (site) => site.hosts,
    byDefault: () => ["laptop"],
    apply: (site, { host }) => slowDown(site, host),
    undo: (site, { host }) => speedUp(site, host),
  },
  "nodes-cannot-be-reached-from-login": {
    everywhere: (site) => site.nodes,
    apply: (site, { host, silent }) => addFilter(site, host, nothingFromLogin(site), silent === true),
    undo: (site, { host }) => removeFilter(site, host, nothingFromLogin(site).name),
  },
  "only-ports": {
    everywhere: (site) => site.cluster,
    apply: (site, { host, ports, silent }) => addFilter(site, host, onlyPorts(site, ports), silent === true),
    undo: (site, { host }) => removeFilter(site, host, onlyPortsName),
  },
  "only-ipv6": {
    everywhere: (site) => site.cluster,
    apply: (site, { host }) => leaveIpv6Only(site, host),
    undo: (site, { host }) => bringIpv4Back(site, host),
  },
  "two-networks": {
    everywhere: (site) => site.nodes,
    apply: (site, { host }) => addDeadEnd(site, host),
    undo: (site, { host }) => removeDeadEnd(site, host),
  },
  "full-disk": {
    everywhere: () => ["login"],
    apply: (site, { directory }) => fillDisk(site, directory),
    undo: (site, { directory }) => freeDisk(site, directory),
  },
  "scheduler-stopped": {
    everywhere: () => ["login"],
    apply: (site) => forEach(schedulersOf(site), (scheduler) => scheduler.stopController(site)),
    undo: (site) =>
      forEach(schedulersOf(site), async (scheduler) => {
        // One that was told to stop, but has not done so yet, would stop after this.
        await scheduler.stopController(site);
        await scheduler.startController(site);
      }),
  },
  "accounting-stopped": {
    everywhere: (site) => (accountingOf(site).length > 0 ? ["login"] : []),
    apply: (site) => forEach(accountingOf(site), (accounting) => accounting.stop(site)),
    undo: (site) =>
      forEach(accountingOf(site), async (accounting) => {
        await accounting.stop(site);
        await accounting.start(site);
      }),
  },
  "dead-node": {
    everywhere: (site) => site.nodes,
    byDefault: (site) => site.nodes.slice(-1),
    apply: (site, { host }) => killHost(site.name, host),
    undo: (site, { host }) => revive(site, host),
  },
  "unknown-host-names": {
    everywhere: (site) => site.nodes,
    apply: (site, { host }) => hideName(site, host),
    undo: (site, { host }) => showName(site, host),
  },
  "storage-lag": {
    everywhere: (site) => site.cluster,
    byDefault: (site) => site.nodes,
    apply: (site, { host }) => addStorageLag(site, host),
    undo: (site, { host }) => removeStorageLag(site, host),
  },
  "no-ssh-to-nodes": {
    everywhere: (site) => site.cluster,
    byDefault: (site) => site.nodes,
    apply: (site, { host, silent }) => (silent ? addFilter(site, host, noSsh, true) : stopSshd(site, host)),
    undo: async (site, { host }) => {
      await removeFilter(site, host, noSsh.name);
      await stopSshd(site, host);
      await startSshd(site, host);
    },
  },
};

/** The daemons that keep accounts. A scheduler may do without one, and so may a site. */
function accountingOf(site: Site): Accounting[] {
  return site.accounting ? schedulersOf(site).flatMap(({ accounting }) => accounting ?? []) : [];
}

async function forEach<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  await Promise.all(all.map(work));
}

/**
 * Starts a node again, after ending what is left of it. It comes back empty, as after a power cut;
 * its jobs are lost.
 */
async function revive(site: Site, node: string): Promise<void> {
  await killHost(site.name, node);
  await startHost(site, node);
  await startSshd(site, node);
  await forEach(schedulersOf(site), (scheduler) => scheduler.startNode(site, node));
}
