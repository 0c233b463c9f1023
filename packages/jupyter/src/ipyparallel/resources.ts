import type { JobResources, Scheduler } from "@hpcnb/core";
import { defined } from "@hpcnb/core";

/**
 * In the same place, but one core is enough, nothing that is counted is asked for, and it lasts as
 * long as the longest of those that need it: when one of them has no limit of its own, for as long
 * as the site lets it, which then is so for both.
 */
export function controllerResources(
  near: JobResources,
  needing: readonly JobResources[],
  { countedOptions = [] }: Pick<Scheduler, "countedOptions">,
): JobResources {
  const { cores: _, walltimeSeconds: __, options, ...rest } = near;
  const kept = Object.entries(options ?? {}).filter(([key]) => !countedOptions.includes(key));
  const walltimeSeconds = Math.max(...needing.map((job) => job.walltimeSeconds ?? Number.POSITIVE_INFINITY));
  return {
    ...rest,
    cores: 1,
    ...defined({
      options: options && Object.fromEntries(kept),
      walltimeSeconds: Number.isFinite(walltimeSeconds) ? walltimeSeconds : undefined,
    }),
  };
}
