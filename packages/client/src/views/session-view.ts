import type { JobResources } from "@hpcnb/core";
import { defined } from "@hpcnb/core";
import type { EngineGroup, Session } from "@hpcnb/core/session-file";

/** `walltime` in seconds, `memory` in bytes. */
export type ResourcesView = Omit<JobResources, "walltimeSeconds"> & { readonly walltime?: number };

/** A session as `validate --json` prints it: a session file's keys, and its times in seconds. */
export interface SessionView extends Omit<Session, "resources" | "cluster" | "storage"> {
  readonly resources: ResourcesView;
  readonly cluster:
    | (Omit<NonNullable<Session["cluster"]>, "groups"> & {
        readonly groups: readonly (Omit<EngineGroup, "resources"> & { readonly resources: ResourcesView })[];
      })
    | undefined;
  readonly storage: Omit<Session["storage"], "timeoutMs"> & { readonly timeout: number };
}

/** A password's hash is no password, but one is guessed from it: it is shown as `***`. */
export function viewSession(session: Session): SessionView {
  const { notebook, resources, cluster } = session;
  const { timeoutMs, ...storage } = session.storage;
  return {
    ...session,
    notebook: { ...notebook, password: notebook.password && "***" },
    resources: viewResources(resources),
    cluster: cluster && {
      ...cluster,
      groups: cluster.groups.map((group) => ({ ...group, resources: viewResources(group.resources) })),
    },
    storage: { ...storage, timeout: timeoutMs / 1000 },
  };
}

function viewResources({ walltimeSeconds, ...rest }: JobResources): ResourcesView {
  return { ...rest, ...defined({ walltime: walltimeSeconds }) };
}
