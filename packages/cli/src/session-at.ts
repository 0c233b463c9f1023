import { join } from "node:path";
import {
  HpcnbError,
  readinessPlugins,
  readRecord,
  resolveDirectory,
  type Session,
  type SessionRecord,
} from "@hpcnb/core";
import { hostOf } from "./host-of.js";
import { autoTunnels } from "./plugins/builtin-tunnels.js";
import { loadPlugin } from "./plugins/load-plugin.js";
import type { SessionAddress } from "./session-address.js";
import type { ValidSession } from "./valid-session.js";

/**
 * A session that was started elsewhere, from what its record on the host says: enough to connect to it, look at it and end it.
 * @throws HPCNB_NO_SESSION when nothing was ever started there.
 */
export async function loadSessionAt({ host: alias, directory: place }: SessionAddress): Promise<ValidSession> {
  const host = hostOf(alias);
  const directory = await resolveDirectory(host, place, "look");
  const record = await readRecord(host, directory);
  if (!record) {
    throw new HpcnbError("HPCNB_NO_SESSION", `No session was ever started in ${directory} on ${alias}.`, {
      hint: "`hpcnb up` there, or here with a session file that names the host, starts one.",
    });
  }
  const from = join(process.cwd(), "session.yaml");
  const [scheduler, readiness] = await Promise.all([
    loadPlugin("scheduler", record.scheduler.plugin, from),
    loadPlugin("readiness", "probe", from, readinessPlugins),
  ]);
  return {
    session: sessionOf(record, { file: `${alias}:${directory}`, host: alias, directory }),
    plugins: { scheduler, readiness, tunnelKinds: autoTunnels(alias) },
  };
}

/** What only matters for starting is left at its default: from here nothing is started. */
function sessionOf(
  record: SessionRecord,
  { directory, ...place }: { file: string; host: string; directory: string },
): Session {
  const groups = Object.entries(record.cluster?.wanted ?? {}).map(([name, engines]) => ({
    name,
    engines,
    resources: {},
    atOnce: undefined,
  }));
  return {
    ...place,
    name: record.name,
    scheduler: record.scheduler,
    notebook: { directory, app: record.app, environment: {}, saveScript: false, password: undefined, listen: "auto" },
    resources: {},
    cluster: record.cluster && { controller: "job", groups, minimum: 1, restarts: 0 },
    storage: { readiness: "probe", timeout: 120 },
    tunnel: { kind: "auto", localPort: undefined },
  };
}
