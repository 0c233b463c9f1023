import { HpcnbError } from "@hpcnb/core";
import { kinds, type Target } from "./fault-kinds.js";
import { isAlive } from "./hosts.js";
import type { Site } from "./site.js";
import { type Fault, readState, writeState } from "./state.js";
import { defaultFullDirectory } from "./storage-faults.js";

export const faultNames = Object.keys(kinds);

/** Breaks what is not broken yet. @returns what was broken now. */
export async function breakSite(site: Site, { name, host, directory, ...how }: Fault): Promise<Fault[]> {
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
  const byDefault = kind.byDefault?.(site) ?? possible;
  for (const target of host === undefined ? byDefault : [host]) {
    const fault = { name, host: target, directory: directory ?? defaultFullDirectory(site), ...how };
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
  const keys: (keyof Fault)[] = ["name", "host", "ports", "silent"];
  if (a.name === "full-disk") keys.push("directory");
  return keys.every((key) => a[key] === b[key]);
}

async function setFaults(site: Site, change: (faults: Fault[]) => Fault[]): Promise<void> {
  const state = await readState(site.name);
  if (state !== undefined) await writeState({ ...state, faults: change(state.faults) });
}
