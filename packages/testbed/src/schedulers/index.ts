import type { Site } from "../site.js";
import { gridEngine } from "./grid-engine.js";
import { type SchedulerName, schedulerNames } from "./names.js";
import type { TestbedScheduler } from "./scheduler.js";
import { slurm } from "./slurm/index.js";

const schedulers: Record<SchedulerName, TestbedScheduler> = { sge: gridEngine, slurm };

export function schedulersOf(site: Site): TestbedScheduler[] {
  return site.schedulers.map((name) => schedulers[name]);
}

/**
 * Lines of shell that root runs in a host when it starts: what the site's schedulers need there.
 * A scheduler that the site does not have may be installed on the machine. Its programs are hidden,
 * for a host is to look as if it had never been there.
 */
export async function setUpSchedulers(site: Site, host: string): Promise<string[]> {
  const others = schedulerNames.filter((name) => !site.schedulers.includes(name));
  const own = await Promise.all(schedulersOf(site).map((scheduler) => scheduler.hostSetUp(site, host)));
  return [...hide(others.flatMap((name) => schedulers[name].programs)), ...own.flat()];
}

/** A character device 0:0 in an upper layer says that a file of a lower one is not there. */
function hide(programs: readonly string[]): string[] {
  const layer = "/run/hidden-programs";
  const whiteouts = programs.map((program) => `mknod ${layer}/${program} c 0 0`);
  return whiteouts.length === 0
    ? []
    : [`mkdir ${layer}`, ...whiteouts, `mount -t overlay -o ro,lowerdir=${layer}:/usr/bin hpcnb-programs /usr/bin`];
}

/** The services of every scheduler, by package: an earlier testbed may have had another one. */
export function schedulerServices(): Record<string, string> {
  return Object.assign({}, ...Object.values(schedulers).map(({ services }) => services));
}
