import type { ConnectionFacts } from "@hpcnb/core";
import { defined } from "@hpcnb/core";
import type { KeeperNote, KeeperStatus } from "./protocol.js";

export type PlacedStatus = Exclude<KeeperStatus, { state: "opening" }>;

export function isPlaced(status: KeeperStatus): status is PlacedStatus {
  return status.state !== "opening";
}

export function connectionFacts(status: PlacedStatus): ConnectionFacts {
  const { kind, port, door, failures, times } = status;
  return {
    kind,
    baseUrl: `http://127.0.0.1:${port}`,
    door,
    ...defined({
      failures: failures.length > 0 ? failures : undefined,
      times,
      healing: status.state === "healing" ? { since: status.since, why: status.why } : undefined,
      stuck:
        status.state === "closed"
          ? `It was given up at ${status.since}, and its port is kept: ${status.failure.message}`
          : undefined,
    }),
  };
}

/** The facts of a keeper that gives no answer. It may still hold its port. */
export function silentFacts({ pid, port }: KeeperNote): ConnectionFacts {
  return {
    kind: "unknown",
    baseUrl: port === undefined ? "" : `http://127.0.0.1:${port}`,
    stuck: `The keeper, process ${pid}, gives no answer. \`hpcnb connect\` replaces it, \`hpcnb disconnect\` ends it.`,
  };
}
