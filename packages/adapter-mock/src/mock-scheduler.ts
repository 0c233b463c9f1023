import {
  type CancelTarget,
  defined,
  isIn,
  type JobId,
  type JobSpec,
  type JobStatus,
  type Scheduler,
  type SubmittedJob,
} from "@hpcnb/core";
import { createControl, type MockControl, type Orders, type Request } from "./control.js";
import { Line } from "./line.js";
import { historyOf, listJob } from "./listing.js";
import type { MockOptions } from "./options.js";
import { rejectUnwanted } from "./rejections.js";
import { Simulation } from "./simulation.js";

export interface MockScheduler extends Scheduler {
  readonly control: MockControl;
}

/**
 * A scheduler in memory. Its jobs run nothing; they take the time and the turns that the options
 * say.
 */
export function createMockScheduler(options: MockOptions): MockScheduler {
  const { clock, keepFinished = 0, keepHistory = true, largestArray } = options;
  const simulation = new Simulation(options);
  const line = new Line(options);
  const orders: Orders = {
    rejection: undefined,
    omitted: new Map(),
    requests: { submit: 0, status: 0, cancel: 0, explain: 0, history: 0 },
  };

  function request<T>(kind: Request, carryOut: () => T, signal?: AbortSignal): Promise<T> {
    orders.requests[kind] += 1;
    return line.request(() => {
      simulation.catchUp(clock.now());
      return carryOut();
    }, signal);
  }

  function submit(job: JobSpec): JobId {
    const { rejection } = orders;
    orders.rejection = undefined;
    if (rejection) throw rejection;
    const open = [...simulation.jobs.values()].filter((other) => other.open > 0).length;
    rejectUnwanted(job, open, options.rejections);
    return simulation.submit(job).id;
  }

  function status(): JobStatus[] {
    const listed: JobStatus[] = [];
    for (const job of simulation.jobs.values()) {
      const entry = listJob(job, nameOf(job.spec.name), simulation.now - keepFinished * 1000);
      if (entry && !isOmitted(job.id)) listed.push(entry);
    }
    return listed;
  }

  function isOmitted(id: JobId): boolean {
    const left = orders.omitted.get(id) ?? 0;
    if (left > 0) orders.omitted.set(id, left - 1);
    return left > 0;
  }

  function cancel(targets: readonly CancelTarget[]): void {
    for (const target of targets) {
      const { id, tasks } = typeof target === "string" ? { id: target } : target;
      const job = simulation.jobs.get(id);
      const chosen = job?.tasks.filter(({ number }) => !tasks || isIn(tasks, number));
      if (job && chosen) simulation.stop(job, chosen, "cancelled");
    }
  }

  function explain(id: JobId): string | undefined {
    const job = simulation.jobs.get(id);
    if (!job || job.open === 0) return undefined;
    const reasons = new Set(job.tasks.flatMap(({ phase, reason }) => (phase === "error" && reason ? [reason] : [])));
    if (job.tasks.some(({ phase }) => phase === "waiting")) reasons.add(simulation.whyWaiting(job));
    return reasons.size === 0 ? undefined : [...reasons].join("\n");
  }

  function history({ id, name }: SubmittedJob) {
    const job = keepHistory ? simulation.jobs.get(id) : undefined;
    return job && nameOf(job.spec.name) === name ? historyOf(job) : undefined;
  }

  return {
    runsOnHost: false,
    taskVariable: "MOCK_TASK_ID",
    ...defined({ largestArray }),
    nameOf,
    submit: (job, signal) => request("submit", () => submit(job), signal),
    status: (signal) => request("status", status, signal),
    cancel: (targets, signal) => request("cancel", () => cancel(targets), signal),
    explain: (id, signal) => request("explain", () => explain(id), signal),
    history: (job, signal) => request("history", () => history(job), signal),
    render,
    control: createControl({ clock, simulation, line, orders }),
  };
}

/** Any name will do, as long as it is one line. */
function nameOf(name: string): string {
  return name.replace(/\p{Cc}/gu, "_");
}

function render(job: JobSpec): string {
  const { script: _, name, ...rest } = job;
  const words = Object.entries({ name: nameOf(name), ...rest }).map(
    ([key, value]) => `# ${key}: ${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return ["# what the simulation is given:", ...words].join("\n");
}
