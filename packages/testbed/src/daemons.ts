import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aptGet, installed } from "./debian.js";
import { run } from "./run.js";
import { schedulerServices } from "./schedulers/index.js";
import { roots } from "./site.js";
import { machineLock, withLock } from "./state.js";

/**
 * Daemons that the packages bring, by the package that brings them. They run in the hosts, never on
 * the machine.
 */
const services: Record<string, string> = {
  "exim4-daemon-light": "exim4",
  "openssh-server": "ssh",
  ...schedulerServices(),
};

/** Packages that the testbed installed and whose services are not disabled yet, one a line. */
const newServices = join(roots.cache, "new-services");

/** Call before installing packages: the installer may be killed before it disables anything. */
export async function noteNewServices(): Promise<void> {
  const before = await installed(Object.keys(services));
  const names = [...(await notedServices()), ...Object.keys(services).filter((name) => !before.has(name))];
  await writeFile(newServices, names.join("\n"));
}

/** Keeps the daemons that came with the testbed's packages from being started with the machine. */
export async function disableNewServices(): Promise<void> {
  const noted = await notedServices();
  if (noted.length === 0) return;
  for (const name of await installed(noted)) await run(["update-rc.d", services[name] as string, "disable"]);
  await rm(newServices);
}

async function notedServices(): Promise<string[]> {
  return existsSync(newServices) ? (await readFile(newServices, "utf8")).split("\n").filter(Boolean) : [];
}

const policy = "/usr/sbin/policy-rc.d";
const refuse = "#!/bin/sh\n# hpcnb-testbed: while its packages are installed, no daemon is started.\nexit 101\n";

/**
 * Debian asks this program before it starts a daemon. One that is there already is the machine's
 * own, and stays.
 */
export async function withoutDaemons(work: () => Promise<void>): Promise<void> {
  const own = !existsSync(policy);
  if (own) await writeFile(policy, refuse, { mode: 0o755 });
  try {
    await work();
  } finally {
    if (own) await rm(policy, { force: true });
  }
}

/**
 * Removes the program if an installation that was killed has left it. One that is at work is waited
 * for.
 */
export async function removePolicy(): Promise<void> {
  if (!(await isPolicyOurs())) return;
  const remove = async () => {
    // The apt-get of a killed process goes on and still needs it. This one waits for that.
    await aptGet(["check"]);
    if (await isPolicyOurs()) await rm(policy);
  };
  await withLock(machineLock, remove, 900_000);
}

async function isPolicyOurs(): Promise<boolean> {
  return existsSync(policy) && (await readFile(policy, "utf8")) === refuse;
}
