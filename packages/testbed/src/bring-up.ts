import { mkdir } from "node:fs/promises";
import { buildNetwork } from "./network.js";
import { assertSupported, installPackages } from "./packages.js";
import { providePython } from "./python.js";
import { schedulersOf } from "./schedulers/index.js";
import { hostPaths, type Site, switchHost } from "./site.js";
import { startSshd, writeKeys } from "./ssh.js";
import { startHost } from "./start-host.js";
import { writeState } from "./state.js";
import { existsAny, tearDown } from "./teardown.js";
import { makeHomes, writeAccounts, writePrograms } from "./users.js";

export type Say = (line: string) => void;

/** Builds the site from nothing; what an earlier, broken `up` left is removed first. */
export async function bringUp(site: Site, say: Say): Promise<void> {
  const schedulers = schedulersOf(site);
  await assertSupported();
  const steps: [string, () => Promise<unknown>][] = [
    ["what was left of an earlier testbed", async () => (await existsAny(site.name)) && tearDown(site.name)],
    ["packages", () => installPackages(schedulers, say)],
    ["accounts and keys", () => writeFiles(site)],
    ["Python environment", () => providePython(site, say)],
    ["network", () => buildNetwork(site)],
    ["hosts", () => startHosts(site)],
    ["sshd", () => Promise.all(site.cluster.map((host) => startSshd(site, host)))],
    [schedulers.map(({ title }) => title).join(" and "), () => Promise.all(schedulers.map((one) => one.start(site)))],
  ];
  const begin = performance.now();
  for (const [name, step] of steps) {
    const start = performance.now();
    await step();
    say(`${name}: ${seconds(start)}`);
  }
  await writeState({ site, phase: "up", faults: [] });
  say(`up in ${seconds(begin)}: ${site.hosts.join(", ")}; users ${site.users.map(({ name }) => name).join(", ")}`);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

async function writeFiles(site: Site): Promise<void> {
  await writeState({ site, phase: "starting", faults: [] });
  if (site.checkout !== undefined) await mkdir(hostPaths.checkout, { recursive: true });
  await writeAccounts(site);
  await makeHomes(site);
  await writePrograms(site);
  await writeKeys(site);
  for (const scheduler of schedulersOf(site)) await scheduler.makeDirectories(site);
}

async function startHosts(site: Site): Promise<void> {
  await startHost(site, switchHost);
  await Promise.all(site.hosts.map((host) => startHost(site, host)));
}
