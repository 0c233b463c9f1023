import type { JobResources } from "@hpcnb/core";
import { defined } from "@hpcnb/core";

/**
 * In the same place, but one core is enough, and it lasts as long as the longest of those that need
 * it: when one of them has no limit of its own, for as long as the site lets it, which then is so
 * for both.
 */
export function controllerResources(near: JobResources, needing: readonly JobResources[]): JobResources {
  const { cores: _, walltimeSeconds: __, ...rest } = near;
  const walltimeSeconds = Math.max(...needing.map((job) => job.walltimeSeconds ?? Number.POSITIVE_INFINITY));
  const isLimited = Number.isFinite(walltimeSeconds);
  return { ...rest, cores: 1, ...defined({ walltimeSeconds: isLimited ? walltimeSeconds : undefined }) };
}
