import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stopDaemon } from "../../daemon.js";
import { enter, inHost } from "../../hosts.js";
import { attempt, run as runOnMachine, waitFor } from "../../run.js";
import { pathsOf, type Site } from "../../site.js";
import type { TestbedScheduler } from "../scheduler.js";
import { accounting, startAccounting } from "./accounts.js";
import { cgroupConf, directoryOf, run, slurmConf, slurmdbdConf } from "./files.js";

const slurmctld = { host: "login", name: "slurmctld", pidFile: `${run}/slurmctld.pid` };

/** Slurm of Debian: slurmctld and slurmdbd on login, a slurmd on each node, munged on all. */
export const slurm: TestbedScheduler = {
  title: "Slurm",
  packages: ["mariadb-client-core", "mariadb-server-core", "munge", "slurm-client", "slurmctld", "slurmd", "slurmdbd"],
  programs: ["sbatch", "squeue", "sinfo"],
  ports: [6817, 6818, 6819],
  answers: [],
  services: { munge: "munge", slurmctld: "slurmctld", slurmd: "slurmd", slurmdbd: "slurmdbd" },
  makeDirectories: writeConfiguration,
  hostSetUp,
  start,
  startController: startSlurmctld,
  stopController: (site) => stopDaemon(site, slurmctld),
  accounting,
  startNode: restartNode,
  environment: {},
  profile: "",
};

/** Into what the hosts get as their /etc, which holds what the machine has there until then. */
async function writeConfiguration(site: Site): Promise<void> {
  const { etc } = pathsOf(site.name);
  const files = {
    "slurm.conf": slurmConf(site),
    "slurmdbd.conf": slurmdbdConf(site),
    "cgroup.conf": cgroupConf,
  };
  await runOnMachine(["rm", "-rf", join(etc, "slurm"), join(etc, "munge")]);
  await mkdir(join(etc, "slurm"), { mode: 0o755 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(etc, "slurm", name), text);
  await writeFile(join(etc, "slurm", "stepd"), stepdWithPrivateTmp, { mode: 0o755 });
  const script = [
    'install -d -m 700 -o munge -g munge "$1/munge"',
    'head -c 128 /dev/urandom > "$1/munge/munge.key"',
    'chown munge:munge "$1/munge/munge.key"',
    'chmod 400 "$1/munge/munge.key"',
    'chown slurm:slurm "$1/slurm/slurmdbd.conf"',
    'chmod 600 "$1/slurm/slurmdbd.conf"',
  ];
  await runOnMachine(["sh", "-euc", script.join("\n"), "sh", etc]);
  for (const host of site.cluster) {
    await runOnMachine(["install", "-d", "-o", "slurm", "-g", "slurm", directoryOf(site, host)]);
  }
}

async function hostSetUp(_site: Site, host: string): Promise<string[]> {
  if (host === "laptop") return ["rm -r /etc/slurm /etc/munge"];
  return [
    `install -d -o slurm -g slurm ${run}`,
    "install -d -o munge -g munge /run/munge",
    ...(host === "login" ? [] : ["rm /etc/slurm/slurmdbd.conf"]),
  ];
}

/**
 * What slurmd starts in the place of its slurmstepd, which becomes the job. Slurm's own plugin for
 * this, job_container/tmpfs of 22.05, fails to start one job of several, and holds it.
 */
const stepdWithPrivateTmp = `#!/bin/sh
exec unshare --mount sh -euc '
  mount -t tmpfs -o mode=1777 hpcnb-job-tmp /tmp
  exec /usr/sbin/slurmstepd "$@"
' sh "$@"
`;

/** Starts all daemons, and waits until every node is idle. */
async function start(site: Site): Promise<void> {
  await startMunge(site, "login");
  if (site.accounting) await startAccounting(site);
  await startSlurmctld(site);
  await Promise.all(site.nodes.map((node) => startNode(site, node)));
  await waitFor("idle nodes in sinfo", 30_000, async () => {
    const { stdout } = await attempt([
      ...(await enter(site, "login")),
      "sinfo",
      "-h",
      "-p",
      "main",
      "-t",
      "idle",
      "-o",
      "%D",
    ]);
    return Number(stdout) === site.nodes.length;
  });
}

async function startMunge(site: Site, host: string): Promise<void> {
  const files = ["--log-file=/run/munge/munged.log", "--seed-file=/run/munge/munged.seed"];
  const asMunge = ["setpriv", "--reuid", "munge", "--regid", "munge", "--clear-groups"];
  await inHost(site, host, [...asMunge, "munged", ...files], `munged did not start on ${host}`);
}

async function startSlurmctld(site: Site): Promise<void> {
  await inHost(site, "login", ["slurmctld"], "slurmctld did not start");
  const ask = [...(await enter(site, "login")), "scontrol", "ping"];
  await waitFor("an answer of slurmctld", 30_000, async () => (await attempt(ask)).exitCode === 0);
}

async function startNode(site: Site, node: string): Promise<void> {
  await startMunge(site, node);
  const stepd = site.privateTmp ? ["-d", "/etc/slurm/stepd"] : [];
  await inHost(site, node, ["slurmd", "-N", node, ...stepd], `slurmd did not start on ${node}`);
}

/**
 * The controller hears of the death first, as from an administrator: a node that is back before its
 * time limit would have its lost jobs for many minutes more.
 */
async function restartNode(site: Site, node: string): Promise<void> {
  const down = ["scontrol", "update", `nodename=${node}`, "state=down", "reason=died"];
  await inHost(site, "login", down, `slurmctld does not take ${node} for dead`);
  await startNode(site, node);
}
