import type { JobStatus, Plugin, Scheduler } from "@hpcnb/core";

export interface Site {
  readonly plugin: Plugin;
  readonly host: string | undefined;
  readonly options: unknown;
}

const asked = new Map<Plugin, Map<string, Promise<JobStatus[]>>>();

/**
 * The same scheduler, whose answer about all jobs of the user also serves whoever else asks the
 * same site before it is there: the sessions of a list are looked at together.
 */
export function withSharedStatus(scheduler: Scheduler, { plugin, host, options }: Site): Scheduler {
  const questions = asked.get(plugin) ?? new Map<string, Promise<JobStatus[]>>();
  asked.set(plugin, questions);
  const site = JSON.stringify([host, options]);
  const status = (signal?: AbortSignal) => {
    const running = questions.get(site);
    if (running) return running;
    const asking = scheduler.status(signal).finally(() => questions.delete(site));
    questions.set(site, asking);
    return asking;
  };
  return new Proxy(scheduler, {
    get: (target, name) => {
      if (name === "status") return status;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
