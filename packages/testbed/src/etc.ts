import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, waitFor } from "./run.js";
import { innerAddress, outerAddresses, pathsOf, type Site } from "./site.js";

/**
 * Copies a directory such as /etc as a whole. It is mounted over a host's /etc as a whole, too: a
 * single file that is mounted there is detached by the kernel when the machine replaces its own by
 * a rename, as each `useradd` and many packages' installations do.
 */
export async function copyEtc(from: string, to: string): Promise<void> {
  await waitFor(`a copy of ${from} during which nothing in it changes`, 20_000, async () => {
    await rm(to, { recursive: true, force: true });
    return (await attempt(["cp", "--archive", "--no-target-directory", from, to])).exitCode === 0;
  });
}

/**
 * What a host has as its /etc: the testbed's, with the host's own name and the other hosts that it
 * knows. @returns its path.
 */
export async function makeEtc(site: Site, host: string): Promise<string> {
  const { etc, host: own } = pathsOf(site.name);
  const path = join(own(host), "etc");
  await copyEtc(etc, path);
  await writeFile(join(path, "hostname"), `${host}\n`);
  await writeFile(join(path, "hosts"), knownHosts(site, host));
  return path;
}

function knownHosts(site: Site, host: string): string {
  const local = ["127.0.0.1 localhost", "::1 localhost ip6-localhost"];
  const cluster = site.cluster.map((name) => `${innerAddress(name)} ${name}${name === "login" ? " submitnode" : ""}`);
  const laptop = [`${outerAddresses.laptop} laptop`, `${outerAddresses.login} login submitnode`];
  return `${[...local, ...(host === "laptop" ? laptop : cluster)].join("\n")}\n`;
}
