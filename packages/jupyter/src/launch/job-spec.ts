import type { JobResources, JobSpec } from "@hpcnb/core";
import { defined } from "@hpcnb/core";
import type { PlanContext } from "@hpcnb/core/session";
import type { Program } from "../python.js";
import { jobScript } from "./job-script.js";
import type { JobParameters } from "./parameters.js";

interface Job {
  readonly name: string;
  /** What the job is, for people. */
  readonly title: string;
  readonly program: Program;
  readonly parameters: JobParameters;
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
      parameters: job.parameters,
      ...defined({ taskVariable: job.taskVariable }),
    }),
    workingDirectory: directory,
    output: job.output,
    resources: job.resources,
  };
}

export function jobParameters({ run, directory, readiness, scheduler }: PlanContext): JobParameters {
  return { run: run.id, directory, readiness, reservedExitCodes: scheduler.reservedExitCodes ?? [] };
}
