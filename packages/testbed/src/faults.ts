import { HpcnbError } from "@hpcnb/core";
import { isQmasterUp, startExecd, startQmaster, stopQmaster } from "./grid-engine.js";
import { isAlive, killHost, startHost } from "./hosts.js";
import { cut, slowDown, speedUp, uncut } from "./network-faults.js";
import type { Site } from "./site.js";
import { isSshdUp, startSshd, stopSshd } from "./ssh.js";
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

const kinds: Record<string, FaultKind> = {
  "storage-lag": {
    everywhere: (site) => site.cluster,
    byDefault: (site) => site.nodes,
    apply: (site, { host }) => addStorageLag(site, host),
    undo: (site, { host }) => removeStorageLag(site, host),
  },
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
  "dead-node": {
    everywhere: (site) => site.nodes,
    byDefault: (site) => site.nodes.slice(-1),
    apply: (site, { host }) => killHost(site.name, host),
    undo: (site, { host }) => revive(site, host),
  },
  "scheduler-stopped": {
    everywhere: () => ["login"],
    byDefault: () => ["login"],
    apply: (site) => stopQmaster(site),
    undo: async (site) => {
      if (!(await isQmasterUp(site))) await startQmaster(site);
    },
  },
  "no-ssh-to-nodes": {
    everywhere: (site) => site.cluster,
    byDefault: (site) => site.nodes,
    apply: (site, { host }) => stopSshd(site, host),
    undo: async (site, { host }) => {
      if (!(await isSshdUp(site, host))) await startSshd(site, host);
    },
  },
  "full-disk": {
    everywhere: () => ["login"],
    byDefault: () => ["login"],
    apply: (site, { directory }) => fillDisk(site, directory),
    undo: (site, { directory }) => freeDisk(site, directory),
  },
};

export const faultNames = Object.keys(kinds);

/** Breaks what is not broken yet. @returns what was broken now. */
export async function breakSite(site: Site, { name, host, directory }: Fault): Promise<Fault[]> {
  const kind = kinds[name];
  if (kind === undefined) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `there is no fault ${name}: the faults are ${faultNames.join(", ")}`);
  }
  if (host !== undefined && !kind.everywhere(site).includes(host)) {
    const possible = kind.everywhere(site).join(", ");
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `${name} cannot strike ${host}, only ${possible}`);
  }
  const done: Fault[] = [];
  for (const target of host === undefined ? kind.byDefault(site) : [host]) {
    const fault = { name, host: target, directory: directory ?? defaultFullDirectory(site) };
    if (await isBroken(site, fault)) continue;
    // Written down first: a fault that was half made is undone too.
    await setFaults(site, (faults) => [...faults, fault]);
    await kind.apply(site, fault);
    done.push(fault);
  }
  return done;
}

/** Undoes everything. Dead nodes come first, however they died: nothing can be undone on a host that does not run. */
export async function healAll(site: Site): Promise<void> {
  const faults = (await readState(site.name))?.faults ?? [];
  for (const node of site.nodes) await revive(site, node);
  for (const fault of [...faults].reverse()) {
    await kinds[fault.name]?.undo(site, fault as Target);
    await setFaults(site, (left) => left.filter((other) => !isSame(other, fault)));
  }
}

async function isBroken(site: Site, fault: Fault): Promise<boolean> {
  const faults = (await readState(site.name))?.faults ?? [];
  return faults.some((other) => isSame(other, fault));
}

function isSame(a: Fault, b: Fault): boolean {
  return a.name === b.name && a.host === b.host && (a.name !== "full-disk" || a.directory === b.directory);
}

async function setFaults(site: Site, change: (faults: Fault[]) => Fault[]): Promise<void> {
  const state = await readState(site.name);
  if (state !== undefined) await writeState({ ...state, faults: change(state.faults) });
}

/** Starts a node again. It comes back empty, as after a power cut; its jobs are lost. */
async function revive(site: Site, node: string): Promise<void> {
  if (await isAlive(site, node)) return;
  await startHost(site, node);
  await startSshd(site, node);
  await startExecd(site, node);
}
