import type { PlanContext, Session } from "@hpcnb/core";

type Changes = Partial<Omit<Session, "notebook">> & { notebook?: Partial<Session["notebook"]> };

export function makeSession({ notebook, ...changes }: Changes = {}): Session {
  return {
    name: "rnaseq",
    file: "/laptop/session.yaml",
    host: undefined,
    scheduler: { plugin: "local", options: {} },
    notebook: {
      directory: "~/rnaseq",
      app: "lab",
      environment: {},
      saveScript: false,
      password: undefined,
      listen: "auto",
      ...notebook,
    },
    resources: {},
    cluster: undefined,
    storage: { readiness: "probe", timeout: 20 },
    tunnel: { kind: "direct", localPort: undefined },
    ...changes,
  };
}

export function makeContext(changes: Partial<PlanContext> = {}): PlanContext {
  const directory = changes.directory ?? "/home/ada/rnaseq";
  return {
    session: makeSession(),
    directory,
    run: { id: "abcde12345", directory: `${directory}/.hpcnb/runs/abcde12345`, token: "c0ffee".repeat(8) },
    readiness: { strategy: "content", seconds: 20 },
    scheduler: { runsOnHost: true, taskVariable: "SGE_TASK_ID" },
    ...changes,
  };
}
