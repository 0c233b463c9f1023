import { isHpcnbError } from "./errors.js";
import { JoinedJobs } from "./joined-jobs.js";
import { overridden } from "./overridden.js";
import type { CancelTarget, JobId, JobSpec, JobStatus, Scheduler } from "./scheduler.js";
import { rejection } from "./scheduler-errors.js";
import { isIn } from "./task-ranges.js";
import { checkTasks } from "./task-runs.js";

/** The shell variable that holds the number of a task. */
const taskVariable = "HPCNB_TASK_ID";

/**
 * How the name of a task's job ends: with the id of the array, which is that of its first job, and
 * its number. So the scheduler's list alone tells which jobs are an array. The first job does not
 * know the id yet.
 */
const suffix = /-task-([A-Za-z0-9]{0,12})-([1-9]\d{0,6})$/;
const longestSuffix = `-task-${"0".repeat(12)}-${"9".repeat(7)}`;

/**
 * Arrays for a scheduler that has none: each task is a job of its own. Where one is rejected, those
 * before it are cancelled. How many run at the same time cannot be limited, and no single command
 * submits such an array, so there are no `commands`.
 */
export function arraysOfJobs(scheduler: Scheduler): Scheduler {
  const nameOf = (name: string) => scheduler.nameOf(name + longestSuffix).replace(suffix, "");
  const whole = (job: JobSpec): JobSpec => ({ ...job, name: nameOf(job.name) });

  const taskOf = (job: JobSpec, array: JobId, task: number): JobSpec => {
    const { tasks: _, ...rest } = whole(job);
    const [first = "", ...others] = job.script.split("\n");
    return {
      ...rest,
      name: `${rest.name}-task-${array}-${task}`,
      script: [first, `${taskVariable}=${task}; export ${taskVariable}`, ...others].join("\n"),
      output: job.output.replaceAll("{task}", String(task)),
    };
  };

  async function submit(job: JobSpec, signal?: AbortSignal): Promise<JobId> {
    if (job.tasks === undefined) return scheduler.submit(whole(job), signal);
    checkArray(job);
    const id = await scheduler.submit(taskOf(job, "", 1), signal);
    const ids = [id];
    try {
      for (let task = 2; task <= job.tasks; task += 1) ids.push(await scheduler.submit(taskOf(job, id, task), signal));
    } catch (error) {
      if (isHpcnbError(error, "HPCNB_SUBMIT_REJECTED")) await scheduler.cancel(ids, signal);
      throw error;
    }
    return id;
  }

  function render(job: JobSpec): string {
    if (job.tasks === undefined) return scheduler.render(whole(job));
    checkArray(job);
    return `${scheduler.render(taskOf(job, "", 1))}\n# and so on: a job for each task from 1 to ${job.tasks}`;
  }

  return overridden(scheduler, {
    taskVariable,
    largestArray: undefined,
    commands: undefined,
    nameOf,
    submit,
    render,
    status: async (signal) => joined(await scheduler.status(signal)),
    cancel: async (targets, signal) => {
      if (targets.length === 0) return;
      const listed = await scheduler.status(signal);
      await scheduler.cancel([...new Set(targets.flatMap((target) => idsOf(target, listed)))], signal);
    },
    explain: async (id, signal) => {
      const jobs = (await scheduler.status(signal)).filter((job) => identityOf(job).id === id);
      const [asked = { id }] = [...jobs.filter(({ state }) => state !== "running"), ...jobs];
      return scheduler.explain(asked.id, signal);
    },
    // The jobs behind the first are known only while they are listed.
    history: async ({ id, name }, signal) =>
      (await scheduler.history({ id, name }, signal)) ??
      (await scheduler.history({ id, name: `${name}-task--1` }, signal)),
  });
}

/** What a listed job is: by itself, or as a task. */
function identityOf({ id, name }: JobStatus): { readonly id: JobId; readonly name: string; readonly task?: number } {
  const [, array, task] = suffix.exec(name) ?? [];
  return task === undefined ? { id, name } : { id: array || id, name: name.replace(suffix, ""), task: Number(task) };
}

function joined(listed: readonly JobStatus[]): JobStatus[] {
  const jobs = new JoinedJobs("the scheduler");
  for (const job of listed) {
    const { task, ...identity } = identityOf(job);
    jobs.add({ ...job, ...identity, tasks: task === undefined ? undefined : String(task) });
  }
  return jobs.all();
}

/** The jobs that are meant, of those that are listed. */
function idsOf(target: CancelTarget, listed: readonly JobStatus[]): JobId[] {
  const { id, tasks } = typeof target === "string" ? { id: target } : target;
  const own = listed.flatMap((job) => {
    const { task = 1, ...array } = identityOf(job);
    const isMeant = !tasks || isIn(tasks, task);
    return array.id === id && isMeant ? [job.id] : [];
  });
  return own.length === 0 && !tasks ? [id] : own;
}

/** @throws HPCNB_SUBMIT_REJECTED for a script that could not be told the number of its task. */
function checkArray(job: JobSpec): void {
  checkTasks(job);
  if (/^#!\s*\S*\/(env +)?(ba|da|k|z)?sh\s/.test(job.script)) return;
  throw rejection(`The script of the array ${job.name} is for no shell.`);
}
