import { existsSync } from "node:fs";
import { HpcnbError } from "@hpcnb/core";
import { disableNewServices, noteNewServices, removePolicy, withoutDaemons } from "./daemons.js";
import { aptGet, installed } from "./debian.js";
import { attempt, run } from "./run.js";
import type { TestbedScheduler } from "./schedulers/scheduler.js";
import { machineLock, withLock } from "./state.js";

/** What every testbed needs. */
const basic = ["bindfs", "iproute2", "nftables", "openssh-client", "openssh-server", "python3-venv", "util-linux"];

/** @throws HPCNB_UNSUPPORTED with one sentence, where a testbed cannot be. */
export async function assertSupported(): Promise<void> {
  const reason = await unsupportedReason();
  if (reason !== undefined) throw new HpcnbError("HPCNB_UNSUPPORTED", reason);
}

/** Why there can be no testbed here; undefined when there can. */
export async function unsupportedReason(): Promise<string | undefined> {
  if (process.platform !== "linux") return `the testbed needs Linux, and this is ${process.platform}`;
  if (!existsSync("/etc/debian_version") || !existsSync("/usr/bin/apt-get")) {
    return "the testbed installs Debian's packages, and this is not Debian";
  }
  if (process.getuid?.() !== 0) {
    return "the testbed makes network namespaces and mounts, which only root may: run it as root";
  }
  const probe = await attempt([
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "mount",
    "-t",
    "tmpfs",
    "probe",
    "/mnt",
  ]);
  if (probe.exitCode !== 0) {
    return `the testbed makes namespaces and mounts, which even root may not here: ${probe.stderr.trim()}`;
  }
  return undefined;
}

/**
 * Installs what is missing from Debian, and ends what an installation that was killed has left to
 * do.
 * @returns the packages that were asked for; empty when all were there.
 */
export async function installPackages(
  schedulers: readonly TestbedScheduler[],
  say: (line: string) => void,
): Promise<string[]> {
  await removePolicy();
  return await withLock(machineLock, () => installMissing(schedulers, say), 900_000);
}

async function installMissing(schedulers: readonly TestbedScheduler[], say: (line: string) => void): Promise<string[]> {
  const missing = await missingPackages([...basic, ...schedulers.flatMap(({ packages }) => packages)]);
  if (missing.length > 0) {
    say(`installing with apt-get: ${missing.join(" ")}`);
    await noteNewServices();
    const answers = schedulers.flatMap((scheduler) => scheduler.answers);
    await run(["debconf-set-selections"], { stdin: answers.map((line) => `${line}\n`).join("") });
    await withoutDaemons(() => install(missing));
  }
  await disableNewServices();
  return missing;
}

async function install(missing: readonly string[]): Promise<void> {
  // Goes on with an installation that was killed, without which apt-get refuses to do anything.
  await attempt(["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--configure", "-a"], { timeoutMs: 900_000 });
  // Rather none of them than one of the machine's own lost, such as another database server.
  const words = ["install", "--no-install-recommends", "--no-remove", ...missing];
  const first = await aptGet(words);
  if (first.exitCode === 0) return;
  await run(["apt-get", "update"], { timeoutMs: 300_000 });
  const second = await aptGet(words);
  if (second.exitCode !== 0) {
    throw new HpcnbError("HPCNB_COMMAND_FAILED", `apt-get could not install ${missing.join(" ")}:\n${second.stderr}`);
  }
}

async function missingPackages(needed: readonly string[]): Promise<string[]> {
  const present = await installed(needed);
  return needed.filter((name) => !present.has(name));
}
