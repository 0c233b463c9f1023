import { HpcnbError } from "@hpcnb/core";
import { isAlive, killHost } from "./hosts.js";
import { cut, slowDown, speedUp, uncut } from "./network-faults.js";
import { schedulersOf } from "./schedulers/index.js";
import type { Accounting } from "./schedulers/scheduler.js";
import type { Site } from "./site.js";
import { startSshd, stopSshd } from "./ssh.js";
import { startHost } from "./start-host.js";
import { type Fault, readState, writeState } from "./state.js";
import { addStorageLag, defaultFullDirectory, fillDisk, freeDisk, removeStorageLag } from "./storage-faults.js";

/** What can break, where by default, and where at all. Undoing what is not broken does nothing. */
interface FaultKind {
  readonly everywhere: (site: Site) => readonly string[];
  readonly byDefault: (site: Site) => readonly string[];
  readonly apply: (site: Site, fault: Target) => Promise<void>;
  readonly undo: (site: Site, fault: Target) => Promise<void>;
}

interface Target {
  host: string;
  directory: string;
}

/**
 * In the order in which they are undone: a dead node needs the network and the scheduler to start,
 * and the rest needs its host.
 */
const kinds: Record<string, FaultKind> = {
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
  "full-disk": {
    everywhere: () => ["login"],
    byDefault: () => ["login"],
    apply: (site, { directory }) => fillDisk(site, directory),
    undo: (site, { directory }) => freeDisk(site, directory),
  },
  "scheduler-stopped": {
    everywhere: () => ["login"],
    byDefault: () => ["login"],
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
    byDefault: () => ["login"],
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
  "storage-lag": {
    everywhere: (site) => site.cluster,
    byDefault: (site) => site.nodes,
    apply: (site, { host }) => addStorageLag(site, host),
    undo: (site, { host }) => removeStorageLag(site, host),
  },
  "no-ssh-to-nodes": {
    everywhere: (site) => site.cluster,
    byDefault: (site) => site.nodes,
    apply: (site, { host }) => stopSshd(site, host),
    undo: async (site, { host }) => {
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

export const faultNames = Object.keys(kinds);

/** Breaks what is not broken yet. @returns what was broken now. */
export async function breakSite(site: Site, { name, host, directory }: Fault): Promise<Fault[]> {
  const kind = kinds[name];
  if (kind === undefined) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `there is no fault ${name}: the faults are ${faultNames.join(", ")}`);
  }
  const possible = kind.everywhere(site);
  if (possible.length === 0) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} is not possible: this testbed has no daemon for it`);
  }
  if (host !== undefined && !possible.includes(host)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} is not possible on ${host}, only on ${possible.join(", ")}`);
  }
  const done: Fault[] = [];
  for (const target of host === undefined ? kind.byDefault(site) : [host]) {
    const fault = { name, host: target, directory: directory ?? defaultFullDirectory(site) };
    if (!(await noteFault(site, fault))) continue;
    await kind.apply(site, fault);
    done.push(fault);
  }
  return done;
}

/**
 * Undoes everything, also what was half made or half undone, and starts all nodes that are dead,
 * however they died.
 */
export async function healAll(site: Site): Promise<void> {
  for (const node of site.nodes) {
    if (!(await isAlive(site, node))) await noteFault(site, { name: "dead-node", host: node });
  }
  const faults = (await readState(site.name))?.faults ?? [];
  const latestFirst = [...faults].reverse();
  for (const [name, kind] of Object.entries(kinds)) {
    for (const fault of latestFirst.filter((one) => one.name === name)) {
      await kind.undo(site, fault as Target);
      await setFaults(site, (left) => left.filter((other) => !isSame(other, fault)));
    }
  }
}

/**
 * Writes a fault down before it is made, so that it is undone wherever that was interrupted.
 * @returns false when it was there already.
 */
async function noteFault(site: Site, fault: Fault): Promise<boolean> {
  const faults = (await readState(site.name))?.faults ?? [];
  if (faults.some((other) => isSame(other, fault))) return false;
  await setFaults(site, () => [...faults, fault]);
  return true;
}

function isSame(a: Fault, b: Fault): boolean {
  return a.name === b.name && a.host === b.host && (a.name !== "full-disk" || a.directory === b.directory);
}

async function setFaults(site: Site, change: (faults: Fault[]) => Fault[]): Promise<void> {
  const state = await readState(site.name);
  if (state !== undefined) await writeState({ ...state, faults: change(state.faults) });
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
