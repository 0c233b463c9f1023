import { join } from "node:path";
import { innerAddress, pathsOf, type Site } from "../../site.js";

/** Every host's own directory for Slurm: it ends with the host. */
export const run = "/run/slurm";
/** A user's job is known to the accounts by this one. */
export const account = "science";
/** The name of the cluster in the accounts. */
export const cluster = "testbed";

/** CPUs of each node: more than the machine has, so that a session's engines run at once. */
const cpus = 8;
/**
 * Megabytes that a node has for jobs, and what a job gets for each CPU if it does not ask. A job
 * that has more in memory is ended.
 */
const memory = { node: 262_144, cpu: 4096 };

/** What Slurm writes of its own, on the machine's disk: logs of each host, the state of login's. */
export function directoryOf(site: Site, host: string): string {
  return join(pathsOf(site.name).host(host), "slurm");
}

/**
 * slurm.conf(5) of all hosts. Jobs start and end without delay. The `spare` partition's jobs make
 * way for those of `main`, and `closed` takes no job.
 */
export function slurmConf(site: Site): string {
  const logs = join(pathsOf(site.name).host("%n"), "slurm");
  const accounting = {
    AccountingStorageType: "accounting_storage/slurmdbd",
    AccountingStorageHost: "login",
    AccountingStorageEnforce: "associations,limits,qos",
  };
  const values = {
    ClusterName: cluster,
    SlurmctldHost: `login(${innerAddress("login")})`,
    SlurmUser: "slurm",
    AuthType: "auth/munge",
    StateSaveLocation: join(directoryOf(site, "login"), "state"),
    SlurmctldPidFile: `${run}/slurmctld.pid`,
    SlurmctldLogFile: join(directoryOf(site, "login"), "slurmctld.log"),
    SlurmdSpoolDir: `${run}/spool`,
    SlurmdPidFile: `${run}/slurmd.pid`,
    SlurmdLogFile: join(logs, "slurmd.log"),
    SlurmdParameters: "config_overrides",
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    MpiDefault: "none",
    SelectType: "select/cons_tres",
    // The least loaded node is taken: tasks meet on several hosts as soon as there are two.
    SelectTypeParameters: "CR_CPU_Memory,CR_LLN",
    DefMemPerCPU: memory.cpu,
    PreemptType: "preempt/partition_prio",
    PreemptMode: "REQUEUE",
    SchedulerType: "sched/backfill",
    SchedulerParameters: "sched_interval=2,sched_min_interval=0,bf_interval=2,batch_sched_delay=0",
    JobAcctGatherType: "jobacct_gather/linux",
    JobAcctGatherFrequency: "task=1",
    JobAcctGatherParams: "OverMemoryKill",
    KillWait: 5,
    // A node that does not answer for so long is down, and its jobs are lost.
    SlurmdTimeout: 30,
    ReturnToService: 2,
    ...(site.accounting ? accounting : { AccountingStorageType: "accounting_storage/none" }),
  };
  const nodes = site.nodes.map(
    (node) => `NodeName=${node} NodeAddr=${innerAddress(node)} CPUs=${cpus} RealMemory=${memory.node}`,
  );
  return lines(values, [
    ...nodes,
    "PartitionName=main Nodes=ALL Default=YES PriorityTier=10 PreemptMode=OFF",
    "PartitionName=spare Nodes=ALL PriorityTier=1",
    "PartitionName=closed Nodes=ALL State=DOWN",
  ]);
}

/** slurmdbd.conf(5). Its database is on login, behind a socket that only Slurm can open. */
export function slurmdbdConf(site: Site): string {
  return lines({
    DbdHost: "login",
    SlurmUser: "slurm",
    AuthType: "auth/munge",
    StorageType: "accounting_storage/mysql",
    StorageHost: "localhost",
    StorageUser: "slurm",
    PidFile: `${run}/slurmdbd.pid`,
    LogFile: join(directoryOf(site, "login"), "slurmdbd.log"),
  });
}

/**
 * cgroup.conf(5): slurmd loads this plugin, and nothing here uses it. The one for version 2 would
 * ask the machine's systemd for a place.
 */
export const cgroupConf = lines({ CgroupPlugin: "cgroup/v1" });

function lines(values: Readonly<Record<string, string | number>>, more: readonly string[] = []): string {
  return [...Object.entries(values).map(([key, value]) => `${key}=${value}`), ...more, ""].join("\n");
}
