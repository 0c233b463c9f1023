import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Daemon, isRunning, stopDaemon } from "./daemon.js";
import { enter } from "./hosts.js";
import { run, waitFor } from "./run.js";
import { innerAddress, outerAddresses, pathsOf, type Site, type User } from "./site.js";

/**
 * Host keys, users' keys and known_hosts. Nothing weakens ssh: strict host-key checking can stay
 * on.
 */
export async function writeKeys(site: Site): Promise<void> {
  const paths = pathsOf(site.name);
  const lines: string[] = [];
  for (const host of site.cluster) {
    const directory = paths.host(host);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await makeKey(join(directory, "host_key"), host);
    const key = (await readFile(join(directory, "host_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
    const names = host === "login" ? `login,submitnode,${outerAddresses.login}` : host;
    lines.push(`${names},${innerAddress(host)} ${key}`);
  }
  const knownHosts = `${lines.join("\n")}\n`;
  await Promise.all(site.users.map((user) => writeUserKeys(site, user, knownHosts)));
}

async function writeUserKeys(site: Site, user: User, knownHosts: string): Promise<void> {
  const { laptopHome, clusterHome } = pathsOf(site.name);
  const keys: string[] = [];
  for (const root of [laptopHome, clusterHome]) {
    const directory = join(root, user.name, ".ssh");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await makeKey(join(directory, "id_ed25519"), `${user.name}@${root === laptopHome ? "laptop" : "login"}`);
    await writeFile(join(directory, "known_hosts"), knownHosts, { mode: 0o600 });
    keys.push(await readFile(join(directory, "id_ed25519.pub"), "utf8"));
  }
  await writeFile(join(clusterHome, user.name, ".ssh", "authorized_keys"), keys.join(""), { mode: 0o600 });
  for (const [root, files] of [
    [laptopHome, ["", "id_ed25519", "id_ed25519.pub", "known_hosts"]],
    [clusterHome, ["", "id_ed25519", "id_ed25519.pub", "known_hosts", "authorized_keys"]],
  ] as const) {
    for (const file of files) await chown(join(root, user.name, ".ssh", file), user.uid, user.uid);
  }
}

async function makeKey(path: string, comment: string): Promise<void> {
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path]);
}

export async function startSshd(site: Site, host: string): Promise<void> {
  const own = pathsOf(site.name).host(host);
  const config = join(own, "sshd_config");
  await writeFile(config, `${sshdConfig(own)}\n`);
  const prefix = await enter(site, host);
  await run([...prefix, "/usr/sbin/sshd", "-f", config, "-E", join(own, "sshd.log")]);
  // sshd writes its pid once it listens.
  await waitFor(`sshd on ${host}`, 10_000, () => isRunning(site, sshdOf(host)));
}

/**
 * Ends the listener if there is one; sessions that are open stay, as when a site's sshd is stopped.
 */
export async function stopSshd(site: Site, host: string): Promise<void> {
  await stopDaemon(site, sshdOf(host));
}

const pidFile = "/run/sshd.pid";

function sshdOf(host: string): Daemon {
  return { host, name: "sshd", pidFile };
}

function sshdConfig(own: string): string {
  return [
    `HostKey ${join(own, "host_key")}`,
    `PidFile ${pidFile}`,
    "UsePAM no",
    "UseDNS no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin no",
    "MaxStartups 100",
    "AuthorizedKeysFile .ssh/authorized_keys",
    "Subsystem sftp internal-sftp",
  ].join("\n");
}
