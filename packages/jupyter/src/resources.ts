import type { JobResources } from "@hpcnb/core";

/** Where the engines run, but one core is enough, and it lasts as long as the longer of the two that need it. */
export function controllerResources(engines: JobResources, notebook: JobResources): JobResources {
  const { parallelEnvironment: _, cores: __, walltime: ___, ...place } = engines;
  const limits = [engines.walltime, notebook.walltime].filter((limit) => limit !== undefined);
  return { ...place, cores: 1, ...(limits.length === 0 ? {} : { walltime: Math.max(...limits) }) };
}
