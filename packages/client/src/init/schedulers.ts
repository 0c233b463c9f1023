import { bundledSchedulers } from "../plugins/bundled.js";

export interface FoundScheduler {
  /** As the session file names it. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
}

/** In the order of belief: Slurm, too, may bring a qsub, for scripts of other schedulers. */
const signs = [
  { name: "slurm", title: "Slurm", programs: ["sbatch"] },
  { name: "sge", title: "Grid Engine", programs: ["qconf", "qsub"] },
  { name: "pbs", title: "PBS", programs: ["pbsnodes", "qsub"] },
  { name: "lsf", title: "LSF", programs: ["bsub"] },
  { name: "sge", title: "Grid Engine", programs: ["qsub"] },
];

const none: FoundScheduler = { name: "local", title: "no scheduler" };

/** Those that a person may choose from, each once. */
export const knownSchedulers: readonly FoundScheduler[] = [
  ...bundledSchedulers.flatMap((name) => signs.find((sign) => sign.name === name) ?? []),
  none,
].map(({ name, title }) => ({ name, title }));

/** The scheduler whose commands are there; without any, jobs run on the machine itself. Pure. */
export function schedulerOf(programs: readonly string[]): FoundScheduler {
  const { name, title } = signs.find((one) => one.programs.every((program) => programs.includes(program))) ?? none;
  return { name, title };
}
