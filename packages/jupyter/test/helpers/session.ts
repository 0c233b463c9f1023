import { defined, type FileToWrite, type JobSpec } from "@hpcnb/core";
import type { EngineArray, JobRole, PlanContext, Role } from "@hpcnb/core/session";
import { makeSession } from "@hpcnb/core/testing";
import { createWorkload } from "@hpcnb/jupyter";

const workload = createWorkload();

export function makeContext(changes: Partial<PlanContext> = {}): PlanContext {
  const directory = changes.directory ?? "/home/ada/rnaseq";
  return {
    session: makeSession(),
    directory,
    run: { id: "abcde12345", directory: `${directory}/.hpcnb/runs/abcde12345`, token: "c0ffee".repeat(8) },
    readiness: { strategy: "content", seconds: 20 },
    scheduler: { runsOnHost: true, taskVariable: "SGE_TASK_ID" },
    cluster: changes.session?.cluster && {
      generation: 1,
      inNotebook: changes.session.cluster.controller === "notebook",
      directory: `${directory}/.hpcnb/runs/abcde12345/cluster-1`,
    },
    ...changes,
  };
}

/** All that a session begins with, its groups numbered in their order. */
export function planAll(context: PlanContext): {
  files: FileToWrite[];
  jobs: { role: Role; spec: JobSpec; array?: EngineArray }[];
} {
  const { session, cluster } = context;
  const files = workload.runFiles(context, {});
  const roles: JobRole[] = [{ role: "notebook" }];
  if (session.cluster && cluster) {
    files.push(...workload.clusterFiles({ ...context, cluster }));
    if (!cluster.inNotebook) roles.push({ role: "controller" });
    let first = 1;
    for (const { name, engines, atOnce } of session.cluster.groups) {
      roles.push({ role: "engines", array: { group: name, first, last: first + engines - 1, ...defined({ atOnce }) } });
      first += engines;
    }
  }
  return { files, jobs: roles.map((role) => ({ ...role, spec: workload.job(context, role) })) };
}
