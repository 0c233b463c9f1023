import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "@hpcnb/core";
import { stopDaemon } from "../daemon.js";
import { enter, inHost } from "../hosts.js";
import { attempt, type RunInput, run, waitFor } from "../run.js";
import { pathsOf, type Site } from "../site.js";
import type { TestbedScheduler } from "./scheduler.js";

const root = "/var/lib/gridengine";
const spool = "/var/spool/gridengine";
const qmaster = { host: "login", name: "sge_qmaster", pidFile: `${spool}/qmaster/qmaster.pid` };

/** Grid Engine of Debian: a qmaster on login, an execd on each node. */
export const gridEngine: TestbedScheduler = {
  title: "Grid Engine",
  packages: ["gridengine-client", "gridengine-exec", "gridengine-master"],
  programs: ["qsub", "qconf", "qstat"],
  ports: [6444, 6445],
  // The packages ask these at installation. The cell that they make is never used.
  answers: ["common", "client", "master", "exec"].flatMap((part) => [
    `gridengine-${part} shared/gridenginemaster string login`,
    `gridengine-${part} shared/gridenginecell string default`,
    `gridengine-${part} shared/gridengineconfig boolean true`,
  ]),
  services: { "gridengine-exec": "gridengine-exec", "gridengine-master": "gridengine-master" },
  makeDirectories,
  hostSetUp,
  start,
  startController: startQmaster,
  stopController: (site) => stopDaemon(site, qmaster),
  startNode: startExecd,
  environment: { SGE_ROOT: root, SGE_CELL: "default" },
  profile: `. ${root}/default/common/settings.sh\n`,
};

/** The cell, which the cluster shares. */
function cellOf(site: Site): string {
  return join(pathsOf(site.name).state, "cell");
}

function spoolOf(site: Site, host: string): string {
  return join(pathsOf(site.name).host(host), "spool");
}

async function makeDirectories(site: Site): Promise<void> {
  for (const directory of [cellOf(site), ...site.cluster.map((host) => spoolOf(site, host))]) {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  }
}

async function hostSetUp(site: Site, host: string): Promise<string[]> {
  if (host === "laptop") return [`mount -t tmpfs -o mode=755 hpcnb-none ${root}`];
  const bind = (from: string, to: string) => `mount --bind ${shellWord(from)} ${to}`;
  return [
    "install -d -o sgeadmin -g sgeadmin /run/gridengine",
    bind(cellOf(site), `${root}/default`),
    bind(spoolOf(site, host), spool),
    `chown sgeadmin: ${root}/default ${spool}`,
  ];
}

/** Makes the cell, starts all daemons, and waits until every node reports. */
async function start(site: Site): Promise<void> {
  const common = `${root}/default/common`;
  const own = "-o sgeadmin -g sgeadmin";
  const asAdmin = "setpriv --reuid sgeadmin --regid sgeadmin --clear-groups";
  const script = [
    `install -d ${own} ${common} ${spool}/qmaster ${spool}/qmaster/job_scripts ${spool}/spooldb`,
    `install -m 644 ${own} /usr/share/gridengine/default-bootstrap ${common}/bootstrap`,
    `echo login > ${common}/act_qmaster`,
    `chown sgeadmin:sgeadmin ${common}/act_qmaster`,
    `${asAdmin} /usr/share/gridengine/scripts/init_cluster ${root} default ${spool}/spooldb sgeadmin`,
  ];
  await inHost(site, "login", ["sh", "-euc", script.join("\n")], "Grid Engine's cell could not be made");
  await startQmaster(site);
  await configure(site);
  await Promise.all(site.nodes.map((node) => startExecd(site, node)));
  await waitFor("the load of every node in qhost", 30_000, async () => {
    const hosts = (await onLogin(site, ["qhost"])).split("\n").map((line) => line.split(/\s+/));
    return site.nodes.every((node) => hosts.some(([name, , , , , , load]) => name === node && load !== "-"));
  });
}

async function startQmaster(site: Site): Promise<void> {
  await run([...(await enter(site, "login")), ...environment, "sge_qmaster"], {
    what: "sge_qmaster did not start",
  });
  const ask = [...(await enter(site, "login")), ...environment, "qconf", "-sh"];
  await waitFor("an answer of sge_qmaster", 20_000, async () => (await attempt(ask)).exitCode === 0);
}

async function startExecd(site: Site, node: string): Promise<void> {
  await inHost(site, node, ["install", "-d", "-o", "sgeadmin", "-g", "sgeadmin", `${spool}/execd`]);
  await run([...(await enter(site, node)), ...environment, "sge_execd"], {
    what: `sge_execd did not start on ${node}`,
  });
}

const environment = ["env", `SGE_ROOT=${root}`, "SGE_CELL=default", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"];

async function onLogin(site: Site, argv: readonly string[], options: RunInput = {}): Promise<string> {
  return await run([...(await enter(site, "login")), ...environment, ...argv], options);
}

/** Slots of each node: more than the machine has cores, so that a session's engines run at once. */
const slots = 8;
/**
 * Memory of each node that jobs can ask for with h_vmem, and what a slot gets that does not ask:
 * without a default Grid Engine kills such jobs at once. Far more than there is, because Python
 * maps far more than it uses.
 */
const memory = { node: "256G", slot: "32G" };

async function configure(site: Site): Promise<void> {
  const directory = join(pathsOf(site.name).state, "grid-engine");
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  const load = async (command: string, file: string, text: string) => {
    await writeFile(join(directory, file), text);
    await onLogin(site, ["qconf", command, join(directory, file)]);
  };
  const nodes = site.nodes.join(" ");
  for (const host of site.cluster) {
    await onLogin(site, ["qconf", "-ah", host]);
    await onLogin(site, ["qconf", "-as", host]);
  }
  const complexes = await onLogin(site, ["qconf", "-sc"]);
  await load("-Mc", "complexes", complexes.replace(/^(h_vmem .*)\bNO( +)0 /m, `$1YES$2${memory.slot} `));
  for (const node of site.nodes) await load("-Ae", `host-${node}`, execHost(node));
  await load("-Ahgrp", "allhosts", `group_name @allhosts\nhostlist ${nodes}\n`);
  await load("-Ap", "smp", parallelEnvironment("smp", "$pe_slots"));
  await load("-Ap", "mpi", parallelEnvironment("mpi", "$round_robin"));
  await load("-Aq", "all.q", queue("all.q", "smp mpi"));
  const scheduler = {
    schedule_interval: "0:0:2",
    flush_submit_sec: "1",
    flush_finish_sec: "1",
    schedd_job_info: "true",
  };
  // So that qacct knows of a job as soon as it has ended, and not when the buffer is written, every
  // 15 s.
  const configuration = await onLogin(site, ["qconf", "-sconf"]);
  const shepherd = join(directory, "shepherd");
  await writeFile(shepherd, shepherdWithPrivateTmp, { mode: 0o755 });
  const withAccounting = configuration
    .replace(/\bflush_time=/, "accounting_flush_time=00:00:00 flush_time=")
    .replace(/\baccounting=\w+/, `accounting=${site.accounting}`);
  const global = site.privateTmp ? withValues(withAccounting, { shepherd_cmd: shepherd }) : withAccounting;
  await load("-Mconf", "global", global);
  await load("-Msconf", "scheduler", withValues(await onLogin(site, ["qconf", "-ssconf"]), scheduler));
}

/**
 * sge_execd runs this in the place of its sge_shepherd, which becomes the job. The job's own
 * directory in /tmp is there by then.
 */
const shepherdWithPrivateTmp = `#!/bin/sh
exec unshare --mount sh -euc '
  mount -t tmpfs -o mode=1777 hpcnb-job-tmp /mnt
  cp -a /tmp/"$(basename "$PWD")".* /mnt/
  mount --move /mnt /tmp
  exec sge_shepherd "$@"
' sh "$@"
`;

/** A listing of `qconf` with some of its values changed. */
function withValues(listing: string, values: Record<string, string>): string {
  const lines = listing.split("\n").map((line) => {
    const name = line.split(/\s/)[0] as string;
    return name in values ? `${name} ${values[name]}` : line;
  });
  return lines.join("\n");
}

function execHost(node: string): string {
  return table({
    hostname: node,
    load_scaling: "NONE",
    complex_values: `h_vmem=${memory.node}`,
    user_lists: "NONE",
    xuser_lists: "NONE",
    projects: "NONE",
    xprojects: "NONE",
    usage_scaling: "NONE",
    report_variables: "NONE",
  });
}

function parallelEnvironment(name: string, rule: string): string {
  return table({
    pe_name: name,
    slots: "9999",
    user_lists: "NONE",
    xuser_lists: "NONE",
    start_proc_args: "NONE",
    stop_proc_args: "NONE",
    allocation_rule: rule,
    control_slaves: "TRUE",
    job_is_first_task: "TRUE",
    urgency_slots: "min",
    accounting_summary: "FALSE",
    qsort_args: "NONE",
  });
}

function queue(name: string, environments: string): string {
  const none = [
    "calendar",
    "prolog",
    "epilog",
    "starter_method",
    "suspend_method",
    "resume_method",
    "terminate_method",
  ];
  const nobody = [
    "owner_list",
    "user_lists",
    "xuser_lists",
    "subordinate_list",
    "complex_values",
    "projects",
    "xprojects",
  ];
  const limits = ["rt", "cpu", "fsize", "data", "stack", "core", "rss", "vmem"];
  return table({
    qname: name,
    hostlist: "@allhosts",
    seq_no: "0",
    load_thresholds: "NONE",
    suspend_thresholds: "NONE",
    nsuspend: "1",
    suspend_interval: "00:05:00",
    priority: "0",
    min_cpu_interval: "00:05:00",
    processors: "UNDEFINED",
    qtype: "BATCH INTERACTIVE",
    ckpt_list: "NONE",
    pe_list: environments,
    rerun: "FALSE",
    slots: String(slots),
    tmpdir: "/tmp",
    shell: "/bin/sh",
    shell_start_mode: "posix_compliant",
    notify: "00:00:60",
    initial_state: "default",
    ...Object.fromEntries([...none, ...nobody].map((key) => [key, "NONE"])),
    ...Object.fromEntries(
      limits.flatMap((key) => [
        [`s_${key}`, "INFINITY"],
        [`h_${key}`, "INFINITY"],
      ]),
    ),
  });
}

function table(values: Record<string, string>): string {
  return `${Object.entries(values)
    .map(([key, value]) => `${key} ${value}`)
    .join("\n")}\n`;
}
