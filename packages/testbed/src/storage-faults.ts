import { dirname, join, relative } from "node:path";
import { HpcnbError, shellWord } from "@hpcnb/core";
import { enter, inHost } from "./hosts.js";
import { attempt } from "./run.js";
import { hostPaths, pathsOf, type Site, switchHost } from "./site.js";

/** A host goes on believing what it has seen of a file for so long, as NFS clients do. */
const lagSeconds = 30;

/**
 * Gives the host a view of /home that is up to `lagSeconds` old, for all that is started from now
 * on.
 */
export async function addStorageLag(site: Site, host: string): Promise<void> {
  const { clusterHome, venv } = pathsOf(site.name);
  const options = ["attr_timeout", "entry_timeout", "negative_timeout"]
    .map((name) => `${name}=${lagSeconds}`)
    .join(",");
  await inHost(
    site,
    host,
    ["bindfs", "-o", `nonempty,${options}`, clusterHome, "/home"],
    "bindfs could not be mounted",
  );
  // The Python environment never changes: it need not pass through bindfs, which is slow.
  await inHost(site, host, ["mount", "--bind", venv, hostPaths.venv]);
}

export async function removeStorageLag(site: Site, host: string): Promise<void> {
  const ask = ["findmnt", "-n", "-o", "FSTYPE", "--mountpoint", "/home"];
  const { stdout } = await attempt([...(await enter(site, host)), ...ask]);
  if (!stdout.includes("fuse")) return;
  // What is mounted below it goes with it. Processes that still have files open there keep it for
  // themselves until they end.
  await inHost(site, host, ["umount", "--lazy", "/home"]);
}

/** The directory that is full when none is named. */
export function defaultFullDirectory(site: Site): string {
  return `/home/${site.users[0]?.name}/full`;
}

/**
 * Puts a disk without a free byte under a directory below /home, on the whole cluster. What the
 * directory held is there, and can be read; after `heal` everything is as it was before.
 */
export async function fillDisk(site: Site, directory: string): Promise<void> {
  const target = onDisk(site, directory);
  const disk = diskOf(site);
  const owner = dirname(target);
  const script = [
    `test -d ${shellWord(target)} || install -d -m 700 -o "$(stat -c %u ${shellWord(owner)})" -g "$(stat -c %g ${shellWord(owner)})" ${shellWord(target)}`,
    `size=$(du -s --block-size=1K ${shellWord(target)} | cut -f1)`,
    `mkdir -p ${shellWord(disk)}`,
    `mount -t tmpfs -o "size=$((size + 64))k" hpcnb-full ${shellWord(disk)}`,
    `cp -a ${shellWord(target)}/. ${shellWord(disk)}`,
    `head -c 100M /dev/zero > ${shellWord(disk)}/.filler 2>/dev/null || true`,
    `mount --bind ${shellWord(disk)} ${shellWord(target)}`,
    `umount ${shellWord(disk)}`,
  ];
  await inHost(site, switchHost, ["sh", "-euc", script.join("\n")], `${directory} could not be filled`);
}

export async function freeDisk(site: Site, directory: string): Promise<void> {
  const prefix = await enter(site, switchHost);
  // The disk is still mounted in its first place where the fault was half made.
  for (const path of [onDisk(site, directory), diskOf(site)]) {
    if ((await attempt([...prefix, "mountpoint", "-q", path])).exitCode !== 0) continue;
    await inHost(site, switchHost, ["umount", "--lazy", path]);
  }
}

function diskOf(site: Site): string {
  return join(pathsOf(site.name).state, "full-disk");
}

function onDisk(site: Site, directory: string): string {
  const below = relative("/home", directory);
  if (below === "" || below.startsWith("..") || below.startsWith("/")) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `only a directory below /home can be full, and not ${directory}`);
  }
  return join(pathsOf(site.name).clusterHome, below);
}
