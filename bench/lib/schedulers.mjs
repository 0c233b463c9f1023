/** The schedulers of a testbed, in the words of somebody who writes job scripts by hand. */
export const schedulers = [
  {
    name: "sge",
    title: "Grid Engine",
    commands: ["qsub", "qstat", "qdel", "qacct"],
    onNode1: "{ queue: all.q@node1 }",
    /** A command that takes a script and prints the job's id. */
    submit: ({ log, tasks, node }) =>
      `{ qsub -terse -cwd -j y -o ${log} -S /bin/sh${tasks ? ` -t 1-${tasks}` : ""}${node ? ` -q all.q@${node}` : ""} | cut -d. -f1; }`,
    cancel: "qdel",
    list: "qstat",
  },
  {
    name: "slurm",
    title: "Slurm",
    commands: ["sbatch", "squeue", "scancel", "sacct", "scontrol"],
    onNode1: "{ native: [--nodelist=node1] }",
    submit: ({ log, tasks, node }) =>
      `sbatch --parsable --output=${log}${tasks ? ` --array=1-${tasks}` : ""}${node ? ` --nodelist=${node}` : ""}`,
    cancel: "scancel",
    list: "squeue --me --noheader",
  },
];
