import { dirname, join, relative } from "node:path";
import { HpcnbError } from "@hpcnb/core";
import { enter, inHost } from "./hosts.js";
import { attempt, quote } from "./run.js";
import { inside, pathsOf, type Site, switchHost } from "./site.js";

/** Seconds for which a host goes on believing what it has seen of a file, as NFS clients do. */
const lag = 30;

/** Gives the host a view of /home that is up to `lag` seconds old, for all that is started from now on. */
export async function addStorageLag(site: Site, host: string): Promise<void> {
  const { clusterHome, venv } = pathsOf(site.name);
  const options = ["attr_timeout", "entry_timeout", "negative_timeout"].map((name) => `${name}=${lag}`).join(",");
  await inHost(
    site,
    host,
    ["bindfs", "-o", `nonempty,${options}`, clusterHome, "/home"],
    "bindfs could not be mounted",
  );
  // The Python environment never changes: it need not pass through bindfs, which is slow.
  await inHost(site, host, ["mount", "--bind", venv, inside.venv]);
}

export async function removeStorageLag(site: Site, host: string): Promise<void> {
  const { stdout } = await attempt([
    ...(await enter(site, host)),
    "findmnt",
    "-n",
    "-o",
    "FSTYPE",
    "--mountpoint",
    "/home",
  ]);
  if (!stdout.includes("fuse")) return;
  // Processes that still have files open there keep it for themselves until they end.
  for (const mount of [inside.venv, "/home"]) await inHost(site, host, ["umount", "--lazy", mount]);
}

/** The directory that is full when none is named. */
export function defaultFullDirectory(site: Site): string {
  return `/home/${site.users[0]?.name}/full`;
}

/**
 * Puts a disk without a free byte under a directory below /home, on the whole cluster. What the directory
 * held is there, and can be read; after `heal` everything is as it was before.
 */
export async function fillDisk(site: Site, directory: string): Promise<void> {
  const target = onDisk(site, directory);
  const disk = join(pathsOf(site.name).state, "full-disk");
  const owner = dirname(target);
  const script = [
    `test -d ${quote(target)} || install -d -m 700 -o "$(stat -c %u ${quote(owner)})" -g "$(stat -c %g ${quote(owner)})" ${quote(target)}`,
    `size=$(du -s --block-size=1K ${quote(target)} | cut -f1)`,
    `mkdir -p ${quote(disk)}`,
    `mount -t tmpfs -o "size=$((size + 64))k" hpcnb-full ${quote(disk)}`,
    `cp -a ${quote(target)}/. ${quote(disk)}`,
    `head -c 100M /dev/zero > ${quote(disk)}/.filler 2>/dev/null || true`,
    `mount --bind ${quote(disk)} ${quote(target)}`,
    `umount ${quote(disk)}`,
  ];
  await inHost(site, switchHost, ["sh", "-euc", script.join("\n")], `${directory} could not be filled`);
}

export async function freeDisk(site: Site, directory: string): Promise<void> {
  const target = onDisk(site, directory);
  const prefix = await enter(site, switchHost);
  if ((await attempt([...prefix, "mountpoint", "-q", target])).exitCode !== 0) return;
  await inHost(site, switchHost, ["umount", "--lazy", target]);
}

function onDisk(site: Site, directory: string): string {
  const below = relative("/home", directory);
  if (below === "" || below.startsWith("..") || below.startsWith("/")) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `only a directory below /home can be full, and not ${directory}`);
  }
  return join(pathsOf(site.name).clusterHome, below);
}
