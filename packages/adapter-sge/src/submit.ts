import {
  type CancelTarget,
  formatDuration,
  formatMemory,
  type JobSpec,
  optionWords,
  plainName,
  rejection,
} from "@hpcnb/core";
import type { GridEngineOptions, GridEngineResources } from "./options.js";
import { outputPath, workingDirectoryPath } from "./paths.js";

/**
 * Grid Engine refuses \n \t \r / : @ \ * ? and a leading digit (sge_types(1)), and prints bytes
 * that its locale does not know in many ways.
 */
export function nameOf(name: string): string {
  const plain = plainName(name);
  return /^[A-Za-z_]/.test(plain) ? plain : plainName(`_${plain.slice(-199)}`);
}

/**
 * The qsub command, with everything explicit that a site's or a user's sge_request file may have
 * set otherwise. Native arguments come last and so have the last word.
 * @throws HPCNB_SUBMIT_REJECTED for what Grid Engine could not express, before anything is run.
 */
export function submitArgv(job: JobSpec, options: GridEngineOptions): string[] {
  const { name, script, workingDirectory, resources, tasks, tasksAtOnce } = job;
  const { cores, memory, walltimeSeconds, queue, native = [] } = resources;
  const { parallelEnvironment, consumables = {} } = (resources.options ?? {}) as GridEngineResources;
  if ((cores ?? 1) > 1 && parallelEnvironment === undefined) {
    throw rejection(
      `Grid Engine gives a job ${cores} cores only through a parallel environment, and none is named.`,
      "Set resources.options.parallelEnvironment to one that keeps a job on one host. `qconf -spl` lists the site's. It is often called smp.",
    );
  }
  return [
    ...["qsub", "-terse"],
    // The script comes as it is: "#$" at the beginning of one of its lines means nothing.
    ...["-b", "n", "-C", ""],
    ...["-N", name, "-wd", workingDirectoryPath(workingDirectory), "-o", outputPath(job), "-j", "y"],
    // Another start of the same job would find secrets and records of the first one.
    ...["-i", "/dev/null", "-now", "n", "-r", "n", "-S", interpreterOf(script)],
    ...(tasks === undefined ? [] : optionWords({ "-t": `1-${tasks}`, "-tc": tasksAtOnce })),
    ...optionWords({
      // The controller has the options of its neighbours, and one core.
      "-pe": parallelEnvironment === undefined || cores === 1 ? undefined : [parallelEnvironment, cores ?? 1],
      "-l h_rt=": walltimeSeconds === undefined ? undefined : formatDuration(walltimeSeconds),
      [`-l ${options.memoryResource}=`]: memory === undefined ? undefined : memoryOf(memory, cores ?? 1, options),
      ...Object.fromEntries(Object.entries(consumables).map(([name, amount]) => [`-l ${name}=`, amount])),
      "-q": queue,
    }),
    ...native,
  ];
}

/**
 * Sites differ on whether Grid Engine follows `#!` or -S (shell_start_mode in queue_conf(5)), so -S
 * says what `#!` says. It takes no arguments: where there are some, `env` leaves it to the kernel
 * to read the first line.
 */
function interpreterOf(script: string): string {
  const [, interpreter, argument] = /^#! *(\/\S+)(?:[ \t]+(\S.*))?/.exec(script) ?? [];
  if (interpreter === undefined) throw rejection("The script does not begin with #! and the path of its interpreter.");
  if (argument === undefined) return interpreter;
  return /\/env$/.test(interpreter) && argument.trim() === "bash" ? "/bin/bash" : "/usr/bin/env";
}

function memoryOf(bytes: number, cores: number, { memoryResource, memoryPer = "slot" }: GridEngineOptions): string {
  if (memoryResource === undefined) {
    throw rejection(
      "The job asks for memory, and every Grid Engine site has its own name for memory.",
      "Set scheduler.options.memoryResource (`qconf -sc` lists the site's resources; often h_vmem or mem_free), or leave out resources.memory.",
    );
  }
  // Upper-case units are powers of 1024 (sge_types(1)).
  return formatMemory(memoryPer === "slot" ? Math.ceil(bytes / cores) : bytes);
}

/**
 * qdel's words for what to delete. Several ranges of one array's tasks are a word each: `-t` takes
 * only one, and a list separated by commas is refused.
 */
export function cancelWords(target: CancelTarget): string[] {
  return typeof target === "string" ? [target] : target.tasks.map(({ first, last }) => `${target.id}.${first}-${last}`);
}
