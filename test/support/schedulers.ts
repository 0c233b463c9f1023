/** One job, or one task of an array, as a scheduler lists it. */
export interface ListedJob {
  /** What all tasks of an array have in common. */
  readonly id: string;
  readonly name: string;
  readonly isRunning: boolean;
  /** Where it runs. */
  readonly node?: string | undefined;
  readonly cores: number;
}

/**
 * What a test of a whole session must know of the scheduler that it runs on. All else is the same
 * with each of them, the session file, too.
 */
export interface SiteScheduler {
  /** As the testbed names it. */
  readonly name: "sge" | "slurm";
  /** For people. */
  readonly title: string;
  /** The session file's line. */
  readonly line: string;
  /** The same with options that would not do. */
  readonly lineWithOtherOptions: string;
  /** What `resources` adds there for a notebook with several cores. */
  readonly resourceOptions: string;
  /** Slurm counts in minutes, and looks every half minute. */
  readonly shortWalltime: string;
  /** What `resources` adds there for jobs on these nodes of node1, node2 and node3 alone. */
  onNodes(...nodes: readonly string[]): string;
  /** Lists the user's jobs in the order of their submission; prints nothing if there is none. */
  readonly list: readonly string[];
  parse(list: string): ListedJob[];
  /** Tells everything of a job that is there. */
  show(id: string): readonly string[];
  cancel(id: string): readonly string[];
  /** What a job asked for, in what `show` prints. */
  readonly asked: {
    directory(path: string): RegExp;
    readonly array: RegExp;
    /** Two cores, 8G and an hour. */
    readonly notebook: readonly RegExp[];
    /** Four tasks with 4G each. */
    readonly engines: readonly RegExp[];
  };
  /** Lines of shell that tell another user all there is to know of the jobs in "$@". */
  readonly spy: string;
  /** What the other user finds on each host. */
  readonly seen: string;
  /** True if everybody can read the scripts of the jobs that run. */
  readonly openScripts: boolean;
  /** As root: no job starts on the node, and those that run go on. */
  close(node: string): readonly string[];
  /** As root: jobs start on all nodes again. */
  readonly open: readonly string[];
}

/** `it` for what no scheduler has a part in, and what is therefore tested on one alone. */
export function itOnce({ name }: SiteScheduler): (title: string, test: Mocha.AsyncFunc) => void {
  return name === "sge" ? it : () => {};
}

const nodes = ["node1", "node2", "node3"];

export const gridEngine: SiteScheduler = {
  name: "sge",
  title: "Grid Engine",
  line: "scheduler: { plugin: sge, options: { memoryResource: h_vmem } }",
  lineWithOtherOptions: `scheduler: { plugin: sge, options: { settings: /opt/none/settings.sh, memoryResource: mem_free } }`,
  resourceOptions: "options: { parallelEnvironment: smp }",
  shortWalltime: "15s",
  onNodes: (...names) => `queue: "${names.map((name) => `all.q@${name}`).join(",")}"`,
  list: ["qstat", "-r"],
  parse: (list) =>
    Array.from(
      list.matchAll(/^ +(\d+) \S+ +\S+ +\S+ +(\S+) +\S+ \S+ +(?:all\.q@(\S+) +)?(\d+).*\n +Full jobname: +(\S+)/gm),
      (found) => {
        const [, id = "", state, node, cores, name = ""] = found;
        return { id, name, isRunning: state === "r", node, cores: Number(cores) };
      },
    ),
  show: (id) => ["qstat", "-j", id],
  cancel: (id) => ["qdel", id],
  asked: {
    directory: (path) => new RegExp(`^cwd: +${path}$`, "m"),
    array: /^job-array tasks/m,
    // 8G over two slots.
    notebook: [/^hard resource_list: +(?=.*h_rt=3600)(?=.*h_vmem=4G)/m, /^parallel environment: +smp range: 2$/m],
    engines: [/^hard resource_list: .*h_vmem=4G/m, /^job-array tasks: +1-4:1$/m],
  },
  spy: 'for id; do qstat -j "$id"; done; cat /var/spool/gridengine/execd/*/job_scripts/*',
  seen: "job_name: ",
  openScripts: true,
  close: (node) => ["qmod", "-d", `all.q@${node}`],
  open: ["qmod", "-e", "all.q"],
};

export const slurm: SiteScheduler = {
  name: "slurm",
  title: "Slurm",
  line: "scheduler: slurm",
  lineWithOtherOptions: "scheduler: { plugin: slurm, options: { settings: /opt/none/settings.sh } }",
  resourceOptions: "options: { account: science, qos: normal }",
  shortWalltime: "1m",
  onNodes: (...names) => `native: ["--exclude=${nodes.filter((node) => !names.includes(node)).join(",")}"]`,
  list: ["squeue", "--me", "--noheader", "--array", "--sort=i", "--format=%F|%j|%T|%N|%C"],
  parse: (list) =>
    Array.from(list.matchAll(/^(\d+)\|(\S+)\|(\w+)\|(\w*)\|(\d+)$/gm), (found) => {
      const [, id = "", name = "", state, node, cores] = found;
      return { id, name, isRunning: state === "RUNNING", node: node || undefined, cores: Number(cores) };
    }),
  show: (id) => ["scontrol", "show", "job", id],
  cancel: (id) => ["scancel", id],
  asked: {
    directory: (path) => new RegExp(`^ *WorkDir=${path}$`, "m"),
    array: /\bArrayTaskId=/,
    notebook: [/\bNumCPUs=2\b/, /\bMinMemoryNode=8G\b/, /\bTimeLimit=01:00:00\b/, /\bAccount=science QOS=normal\b/],
    engines: [1, 2, 3, 4].map((task) => new RegExp(`\\bArrayTaskId=${task}\\b[^]*?\\bMinMemoryNode=4G\\b`)),
  },
  spy: 'for id; do scontrol show job "$id"; scontrol write batch_script "$id" -; sacct -P -o ALL -j "$id"; done; cat /run/slurm/spool/job*/*',
  seen: "JobName=",
  openScripts: false,
  close: (node) => ["scontrol", "update", `nodename=${node}`, "state=drain", "reason=closed"],
  // scontrol fails for a node that is open already.
  open: [
    "sh",
    "-euc",
    'for node in $(sinfo -hNp main -t drain -o %N); do scontrol update "nodename=$node" state=resume; done',
  ],
};

/** Those that whole sessions are tested on. */
export const siteSchedulers: readonly SiteScheduler[] = [gridEngine, slurm];
