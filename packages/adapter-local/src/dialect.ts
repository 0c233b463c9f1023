import { check, defined, type JobSpec, lineSchema, rejection, type SchedulerDialect } from "@hpcnb/core";
import { parseCancel, parseExplain, parseHistory, parseStatus, parseSubmit } from "./answers.js";
import { requestCommand } from "./program.js";
import { render } from "./render.js";

export interface LocalOptions {
  /**
   * Where jobs are kept; absolute, or beginning with `~/`. Default: `hpcnb/local-jobs` in the
   * user's state directory.
   */
  readonly spool?: string;
  /** How many tasks of one job run at the same time. Default: all. */
  readonly slots?: number;
}

/**
 * Asks the program in ../python, which is the scheduler: it has no other part, and nothing runs
 * while no job does.
 */
export function localDialect({ spool, slots }: LocalOptions): SchedulerDialect {
  const ask = (verb: string, what: Readonly<Record<string, unknown>> = {}) =>
    requestCommand({ verb, ...defined({ spool }), ...what });
  return {
    title: "The local scheduler",
    // It refuses in answers: whatever its program says when it fails is none.
    failures: { unreachable: /^/ },
    runsOnHost: true,
    taskVariable: "HPCNB_TASK_ID",
    nameOf: (name) => name,
    submit: (job) => ask("submit", { job: { ...jobRequest(job), ...slotsOf(job, slots) } }),
    parseSubmit,
    status: () => ask("status"),
    parseStatus,
    cancel: (targets) =>
      ask("cancel", { targets: targets.map((target) => (typeof target === "string" ? { id: target } : target)) }),
    parseCancel,
    explain: (id) => ask("explain", { id }),
    parseExplain,
    history: ({ id, name }) => ask("history", { id, name }),
    parseHistory,
    render,
  };
}

/** What is taken of a job. Cores and memory are not: nothing here could hold a process to them. */
function jobRequest({ name, script, workingDirectory, output, resources, tasks }: JobSpec) {
  if (check(lineSchema, name).problem !== undefined)
    throw rejection(`A job's name is one line: ${JSON.stringify(name)}.`);
  const { walltimeSeconds } = resources;
  return {
    name,
    script,
    workingDirectory,
    output,
    ...defined({ walltime: walltimeSeconds, tasks }),
  };
}

function slotsOf({ tasksAtOnce }: JobSpec, slots: number | undefined): { slots?: number } {
  const limits = [tasksAtOnce, slots].filter((limit) => limit !== undefined);
  return limits.length === 0 ? {} : { slots: Math.min(...limits) };
}
