import { closestOf } from "../suggest.js";

/**
 * The words of schedulers and of other tools for the keys of session files, in small letters and
 * without - and _.
 */
const forKeys: Readonly<Record<string, string>> = {
  name: "session title id jobname",
  scheduler: "executor backend batch batchsystem",
  host: "login loginnode submitnode server hostname ssh",
  directory: "dir folder path workdir cwd root notebookdir",
  app: "interface ui frontend",
  environment: "env python kernel",
  modules: "module",
  conda: "condaenv mamba micromamba",
  venv: "virtualenv",
  setup: "prologue prolog preamble init script",
  variables: "vars envvars",
  cores: "cpu cpus ncpus threads cpuspertask ppn slots procs processors nproc numcores ntasks tasks core",
  memory: "mem ram vmem hvmem memfree mempercpu memlimit maxmemory",
  walltime: "time runtime duration hrt timelimit maxtime wall wallclock hours",
  queue: "partition class q",
  native: "args extra extraargs submitargs flags qsubargs sbatchargs",
  engines: "workers n nengines numengines count replicas size ntasks tasks",
  groups: "pools",
  atOnce: "maxrunning concurrency throttle",
  minimum: "min",
  localPort: "port",
  kind: "type",
  readiness: "wait probe",
};

/** What schedulers have words for and session files no key: it goes into `native`. */
const forNative = new Set("project reservation nodes nodelist exclusive mail email licenses priority".split(" "));

/** What only some schedulers have: it goes into `options`, under this key. */
const forOptions: Readonly<Record<string, string>> = {
  parallelEnvironment: "parallelenvironment pe",
  account: "account",
  qos: "qos qualityofservice",
  constraint: "constraint constraints feature features",
  gpus: "gpu gpus gres ngpus",
};

const forValues: Readonly<Record<string, string>> = {
  lab: "jupyterlab jlab",
  notebook: "classic nbclassic jupyternotebook tree inside same",
  socket: "unix sock unixsocket",
  port: "tcp http",
  job: "own separate batch",
};

/** The keys that a word stands for elsewhere. */
export function keysFor(word: string): readonly string[] {
  return wordsFor(forKeys, word);
}

export function goesIntoNative(word: string): boolean {
  return forNative.has(plain(word));
}

/** The key under `options` that a word stands for, with some schedulers. */
export function optionFor(word: string): string | undefined {
  return wordsFor(forOptions, word)[0];
}

/** The one of the allowed values that a word probably means. */
export function valueFor(word: string, allowed: readonly string[]): string | undefined {
  return wordsFor(forValues, word).find((value) => allowed.includes(value)) ?? closestOf(word, allowed);
}

/** The one of the known keys that a word probably means. */
export function keyFor(word: string, known: readonly string[]): string | undefined {
  return keysFor(word).find((key) => known.includes(key)) ?? closestOf(word, known);
}

function wordsFor(table: Readonly<Record<string, string>>, word: string): string[] {
  const lower = plain(word);
  return Object.keys(table).filter((key) => table[key]?.split(" ").includes(lower));
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, "");
}
