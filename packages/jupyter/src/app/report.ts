import { absolutePathSchema, countSchema, defined, hostNameSchema, lineSchema, portSchema } from "@hpcnb/core";
import type { NotebookReport } from "@hpcnb/core/session";
import * as v from "valibot";
import { endOf, type Fields, readReport, secondsSchema, textSchema } from "../launch/reports.js";

/** Seconds since 1970. An older hpcnb's job does not tell. */
const beganSchema = v.exactOptional(v.pipe(secondsSchema, v.maxValue(8e12)));

const startedSchema = v.object({ host: hostNameSchema, storageSeconds: secondsSchema, began: beganSchema });

const answeringSchema = v.object({
  ...startedSchema.entries,
  endpoint: v.variant("kind", [
    v.object({ kind: v.literal("socket"), host: hostNameSchema, path: absolutePathSchema }),
    v.object({ kind: v.literal("port"), host: hostNameSchema, address: hostNameSchema, port: portSchema }),
  ]),
  relay: v.exactOptional(v.object({ port: portSchema, addresses: v.pipe(v.array(hostNameSchema), v.maxLength(20)) })),
  server: lineSchema,
  note: v.exactOptional(textSchema),
  /** The generation of a cluster. */
  unreachableCluster: v.nullish(countSchema),
  unreachableBecause: v.nullish(textSchema),
  /** How often the token was changed. */
  renewals: v.exactOptional(countSchema),
});

/** @throws HPCNB_STATE_UNREADABLE */
export function notebookReport(record: Fields | undefined): NotebookReport {
  if (record === undefined) return { state: "waiting" };
  if (record.state === "started") {
    const { host, storageSeconds, began } = readReport(startedSchema, record, "notebook");
    return { state: "started", host, storageSeconds, ...startOf(began) };
  }
  if (record.state !== "answering") return endOf(record, "notebook");
  const { host, storageSeconds, began, endpoint, relay, server, note, renewals, ...cluster } = readReport(
    answeringSchema,
    record,
    "notebook",
  );
  return {
    state: "answering",
    host,
    storageSeconds,
    ...startOf(began),
    endpoint: { ...endpoint, ...defined({ relay }) },
    server,
    ...defined({
      note,
      unreachableCluster: cluster.unreachableCluster ?? undefined,
      unreachableBecause: cluster.unreachableBecause ?? undefined,
      renewals,
    }),
  };
}

function startOf(began: number | undefined): { startedAt?: string } {
  return defined({ startedAt: began === undefined ? undefined : new Date(began * 1000).toISOString() });
}
