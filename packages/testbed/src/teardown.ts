import { existsSync } from "node:fs";
import { removePolicy } from "./daemons.js";
import { killHost, processesOf } from "./hosts.js";
import { listHosts, removeNetwork } from "./network.js";
import { attempt } from "./run.js";
import { hostPaths, pathsOf } from "./site.js";
import { listSites, readState, removeEmpty, removeFiles } from "./state.js";

/** True when any part of the testbed exists, also after an `up` that was killed. */
export async function existsAny(siteName: string): Promise<boolean> {
  return existsSync(pathsOf(siteName).state) || (await listHosts(siteName)).length > 0;
}

/** True when `up` has ended well and the machine has not been started again since. */
export async function isUp(siteName: string): Promise<boolean> {
  const state = await readState(siteName);
  if (state?.phase !== "up") return false;
  const there = await listHosts(siteName);
  return there.includes("login") && (await processesOf(siteName, "login")).length > 0;
}

/**
 * Ends and removes everything of a testbed. What it ends it finds in the kernel, so it does not
 * matter how it came to be.
 */
export async function tearDown(siteName: string): Promise<void> {
  await Promise.all((await listHosts(siteName)).map((host) => killHost(siteName, host)));
  await removeNetwork(siteName);
  await removeFiles(siteName);
  await removePolicy();
  // The one directory that a testbed makes outside its own.
  if ((await listSites()).length === 0) await removeEmpty(hostPaths.checkout);
}

/** What is left of a testbed on the machine, for proving that nothing is. */
export async function leftovers(siteName: string): Promise<string[]> {
  const { state } = pathsOf(siteName);
  const mounts = (await attempt(["findmnt", "--list", "--noheadings", "--output", "TARGET"])).stdout.split("\n");
  return [
    ...(await listHosts(siteName)).map((host) => `network namespace of ${host}`),
    ...mounts.filter((target) => target.startsWith(`${state}/`)).map((target) => `mount ${target}`),
    ...(existsSync(state) ? [state] : []),
  ];
}
