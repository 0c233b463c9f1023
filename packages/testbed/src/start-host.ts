import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "@hpcnb/core";
import { execa } from "execa";
import { makeEtc } from "./etc.js";
import { findInit, inHost, initOf } from "./hosts.js";
import { waitFor } from "./run.js";
import { setUpSchedulers } from "./schedulers/index.js";
import { hostPaths, namespaceOf, pathsOf, type Site, switchHost } from "./site.js";

/**
 * A host is a process that holds a PID, mount, UTS and IPC namespace in a network namespace of its
 * own. Everything that is started in it dies with it, and the kernel lists it by the network
 * namespace: nothing depends on what was written down.
 */
export async function startHost(site: Site, host: string): Promise<void> {
  const paths = pathsOf(site.name);
  // The disk's mounts reach the cluster's hosts only if these are its descendants and its slaves.
  const parent = host === switchHost ? [] : ["-m", "-t", String(await initOf(site, switchHost))];
  const holder = execa(
    "/usr/bin/nsenter",
    [
      ...parent,
      `--net=/run/netns/${namespaceOf(site.name, host)}`,
      "unshare",
      ...["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "slave"],
      // An ignored SIGCHLD makes the kernel reap the orphans that the first process inherits.
      ...["bash", "-c", `trap '' CHLD; exec -a hpcnb-init-${host} sleep infinity`],
    ],
    { detached: true, stdio: "ignore", reject: false, cleanup: false, cwd: "/" },
  );
  holder.unref();
  let pid: number | undefined;
  await waitFor(`the first process of ${host}`, 10_000, async () => {
    pid = await findInit(site.name, host);
    return pid !== undefined;
  });
  await mkdir(paths.run, { recursive: true, mode: 0o755 });
  await writeFile(paths.init(host), String(pid));
  await inHost(site, host, ["sh", "-euc", await setUp(site, host)], `${host} could not be set up`);
}

/** What a host does first: its name, its own /etc, /tmp and /run, its /home. */
async function setUp(site: Site, host: string): Promise<string> {
  const paths = pathsOf(site.name);
  if (host === switchHost) return await setUpDisk(site);
  const own = paths.host(host);
  const tmp = join(own, "tmp");
  await mkdir(tmp, { recursive: true });
  await chmod(tmp, 0o1777);
  const onCluster = host !== "laptop";
  const { checkout } = site;
  const users = site.users.map((user) => user.uid);
  return [
    `hostname ${host}`,
    bind(await makeEtc(site, host), "/etc"),
    bind(process.execPath, join(paths.bin, "node")),
    ...(checkout === undefined
      ? []
      : [bind(checkout, hostPaths.checkout), `mount -o remount,bind,ro ${hostPaths.checkout}`]),
    bind(tmp, "/tmp"),
    "mount -t tmpfs -o mode=755 hpcnb-run /run",
    "mkdir -p /run/sshd /run/user /run/lock",
    ...users.map((uid) => `install -d -m 700 -o ${uid} -g ${uid} /run/user/${uid}`),
    "mount -t tmpfs -o mode=1777 hpcnb-shm /dev/shm",
    `mount --rbind ${shellWord(onCluster ? paths.clusterHome : paths.laptopHome)} /home`,
    ...(await setUpSchedulers(site, host)),
  ].join("\n");
}

/** The shared disk: what is mounted under it on the switch appears on every host of the cluster. */
async function setUpDisk(site: Site): Promise<string> {
  const paths = pathsOf(site.name);
  const venv = join(paths.clusterHome, "shared", "venv");
  return [
    `mount --bind ${shellWord(paths.clusterHome)} ${shellWord(paths.clusterHome)}`,
    `mount --make-private ${shellWord(paths.clusterHome)}`,
    `mount --make-shared ${shellWord(paths.clusterHome)}`,
    bind(paths.venv, venv),
  ].join("\n");
}

function bind(from: string, to: string): string {
  return `mount --bind ${shellWord(from)} ${shellWord(to)}`;
}
