import { onlyGroup } from "../../engine-groups.js";
import type { Session } from "../../session-file/session.js";

type Changes = Partial<Omit<Session, "notebook">> & { readonly notebook?: Partial<Session["notebook"]> };

/** A valid session for a test, with what the test is about changed. */
export function makeSession({ notebook, ...changes }: Changes = {}): Session {
  return {
    name: "rnaseq",
    file: "/laptop/session.yaml",
    site: undefined,
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
    storage: { readiness: "probe", options: {}, timeoutMs: 20_000 },
    tunnel: { kind: "direct", options: {}, localPort: undefined, ports: undefined },
    ...changes,
  };
}

type Cluster = NonNullable<Session["cluster"]>;

/** One group of engines, and a controller in a job of its own. */
export function makeCluster(
  engines: number,
  { resources = {}, ...changes }: Partial<Cluster> & { readonly resources?: object } = {},
): Cluster {
  const groups = [{ name: onlyGroup, engines, resources, atOnce: undefined }];
  const network = { interface: undefined, ports: undefined };
  return { controller: "job", groups, minimum: 1, restarts: 3, ...network, ...changes };
}
