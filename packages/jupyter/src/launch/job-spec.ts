import type { JobResources, JobSpec } from "@hpcnb/core";
import type { PlanContext } from "@hpcnb/core/session";
import type { Program } from "../python.js";
import { jobScript } from "./job-script.js";

interface Job {
  readonly name: string;
  /** What the job is, for people. */
  readonly title: string;
  readonly program: Program;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly output: string;
  readonly resources: JobResources;
  readonly taskVariable?: string;
}

/** One of the session's jobs. Pure. */
export function jobSpec(context: PlanContext, job: Job): JobSpec {
  const { session, directory } = context;
  return {
    name: job.name,
    script: jobScript({
      title: `${job.name}: the ${job.title} of the session ${session.name}`,
      environment: session.notebook.environment,
      directory,
      program: job.program,
      parameters: { ...commonParameters(context), ...job.parameters },
      ...(job.taskVariable === undefined ? {} : { taskVariable: job.taskVariable }),
    }),
    workingDirectory: directory,
    output: job.output,
    resources: job.resources,
  };
}

/** What every program is told. `records` is where it publishes. */
export function commonParameters({ run, directory, readiness }: PlanContext) {
  return { run: run.id, records: run.directory, directory, readiness };
}
