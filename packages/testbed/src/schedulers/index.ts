import type { Site } from "../site.js";
import { gridEngine } from "./grid-engine.js";
import type { SchedulerName } from "./names.js";
import type { TestbedScheduler } from "./scheduler.js";

const schedulers: Record<SchedulerName, TestbedScheduler> = { sge: gridEngine };

export function schedulerOf(site: Site): TestbedScheduler {
  return schedulers[site.scheduler];
}

/** The services of every scheduler, by package: an earlier testbed may have had another one. */
export function schedulerServices(): Record<string, string> {
  return Object.assign({}, ...Object.values(schedulers).map(({ services }) => services));
}
