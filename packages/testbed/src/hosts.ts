import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HpcnbError, shellWord } from "@hpcnb/core";
import { execa } from "execa";
import { makeEtc } from "./etc.js";
import { attempt, run, waitFor } from "./run.js";
import { inside, namespaceOf, pathsOf, type Site, switchHost } from "./site.js";

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

/** Process ids in the host, as the machine sees them. Empty when there is no such host. */
export async function processesOf(siteName: string, host: string): Promise<number[]> {
  const { exitCode, stdout } = await attempt(["ip", "netns", "pids", namespaceOf(siteName, host)]);
  return exitCode === 0 ? stdout.split("\n").filter(Boolean).map(Number) : [];
}

/** The process that is number 1 in its own PID namespace. */
async function findInit(siteName: string, host: string): Promise<number | undefined> {
  for (const pid of await processesOf(siteName, host)) {
    // The name is the last thing to change: from then on the process is ready.
    if ((await commandLine(pid)).startsWith(`hpcnb-init-${host}\0`)) return pid;
  }
  return undefined;
}

async function commandLine(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended in the meantime
  }
}

async function initOf(site: Site, host: string): Promise<number> {
  const file = pathsOf(site.name).init(host);
  const pid = existsSync(file) ? Number(await readFile(file, "utf8")) : undefined;
  if (pid === undefined || !(await commandLine(pid)).startsWith(`hpcnb-init-${host}\0`)) {
    throw new HpcnbError("HPCNB_COMMAND_FAILED", `the host ${host} does not run`, {
      hint: "`hpcnb-testbed status` says what runs, `hpcnb-testbed heal` starts it again.",
    });
  }
  return pid;
}

export async function isAlive(site: Site, host: string): Promise<boolean> {
  return (await findInit(site.name, host)) !== undefined;
}

/** The words to put before a command so that root runs it in the host. */
export async function enter(site: Site, host: string): Promise<string[]> {
  if (host !== switchHost && !site.hosts.includes(host)) {
    throw new HpcnbError("HPCNB_BAD_ARGUMENTS", `there is no host ${host}: the hosts are ${site.hosts.join(", ")}`);
  }
  return ["nsenter", "-t", String(await initOf(site, host)), "-n", "-m", "-u", "-i", "-p", "--"];
}

export async function inHost(site: Site, host: string, argv: readonly string[], what?: string): Promise<string> {
  return await run([...(await enter(site, host)), ...argv], what === undefined ? {} : { what });
}

/** Ends the host with all that runs in it. Its network namespace stays. */
export async function killHost(siteName: string, host: string): Promise<void> {
  await waitFor(`the end of all processes of ${host}`, 20_000, async () => {
    const pids = await processesOf(siteName, host);
    for (const pid of pids) killIfThere(pid);
    return pids.length === 0;
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
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
    ...(checkout === undefined ? [] : [bind(checkout, inside.checkout), `mount -o remount,bind,ro ${inside.checkout}`]),
    bind(tmp, "/tmp"),
    "mount -t tmpfs -o mode=755 hpcnb-run /run",
    "mkdir -p /run/sshd /run/user /run/gridengine /run/lock",
    "chown sgeadmin: /run/gridengine",
    ...users.map((uid) => `install -d -m 700 -o ${uid} -g ${uid} /run/user/${uid}`),
    "mount -t tmpfs -o mode=1777 hpcnb-shm /dev/shm",
    `mount --rbind ${shellWord(onCluster ? paths.clusterHome : paths.laptopHome)} /home`,
    ...(onCluster ? await gridEngineMounts(site, host) : ["mount -t tmpfs -o mode=755 hpcnb-none /var/lib/gridengine"]),
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

/**
 * The machine's own Grid Engine, if it has one, is not touched: the cluster's is mounted over it.
 */
async function gridEngineMounts(site: Site, host: string): Promise<string[]> {
  const spool = join(pathsOf(site.name).host(host), "spool");
  await mkdir(spool, { recursive: true });
  return [
    bind(pathsOf(site.name).cell, "/var/lib/gridengine/default"),
    bind(spool, "/var/spool/gridengine"),
    "chown sgeadmin: /var/lib/gridengine/default /var/spool/gridengine",
  ];
}

function bind(from: string, to: string): string {
  return `mount --bind ${shellWord(from)} ${shellWord(to)}`;
}
