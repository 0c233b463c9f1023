import * as v from "valibot";
import { checkJson } from "../checked.js";
import { HpcnbError, isHpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import type { SessionContext } from "./context.js";
import { clusterDirectory, recordPath, runDirectory } from "./layout.js";
import { originOf } from "./origin.js";
import { type JobRecord, type SessionRecord, sessionRecordSchema } from "./session-schema.js";
import type { Cluster, JobRole } from "./workload.js";

export type { ArrayRecord, ClusterRecord, JobRecord, SessionRecord } from "./session-schema.js";

export function clusterOf(record: Pick<SessionRecord, "run" | "cluster">): Cluster | undefined {
  if (!record.cluster) return undefined;
  const { generation, inNotebook } = record.cluster;
  return { generation, inNotebook, directory: clusterDirectory(record.run, generation) };
}

/** How many engines are asked for, in all groups. */
export function askedEngines({ cluster }: Pick<SessionRecord, "cluster">): number {
  return Object.values(cluster?.wanted ?? {}).reduce((sum, count) => sum + count, 0);
}

export function roleOfJob({ role, array }: JobRecord): JobRole {
  if (role !== "engines") return { role };
  if (!array) throw new Error("The schema of the record lets no engine array pass without its numbers");
  return { role, array };
}

/** Why a folder has no record that is its own, although there is something at its place. */
export interface RecordProblem {
  readonly kind: "damaged" | "newer" | "copy";
  readonly error: HpcnbError;
}

export interface ReadRecordOptions {
  readonly remembered?: SessionContext["remembered"];
  readonly signal?: AbortSignal | undefined;
  /** Its text, where that has just been read. */
  readonly text?: string | undefined;
}

/**
 * @throws HPCNB_STATE_UNREADABLE when the record is damaged or newer, HPCNB_OTHER_SESSION when the
 *   folder is a copy of another.
 */
export async function readRecord(
  host: Host,
  directory: string,
  options: ReadRecordOptions = {},
): Promise<SessionRecord | undefined> {
  const { record, problem } = await lookAtRecord(host, directory, options);
  if (problem) throw problem.error;
  return record;
}

export async function lookAtRecord(
  host: Host,
  directory: string,
  { remembered = [], signal, text: given }: ReadRecordOptions,
): Promise<{ readonly record?: SessionRecord; readonly problem?: RecordProblem }> {
  const path = recordPath(directory);
  let text = given;
  try {
    if (text === undefined) [text] = await host.readFiles([path], signal);
  } catch (error) {
    if (!isHpcnbError(error, "HPCNB_COMMAND_FAILED")) throw error;
    return { problem: damaged({ path, host, what: error.message, cause: error }) };
  }
  if (text === undefined) return {};
  const { value: record, problem } = checkJson(sessionRecordSchema, text);
  if (problem !== undefined) return { problem: problemOf(text, { path, host, problem }) };
  const origin = await originOf(host, directory, { run: record.run, remembered, signal });
  if (origin !== undefined) return { problem: copied(directory, host, origin) };
  return { record: { ...record, run: { id: record.run.id, directory: runDirectory(directory, record.run.id) } } };
}

/** What is wrong with a text that is no record of this version. */
function problemOf(
  text: string,
  { path, host, problem }: { readonly path: string; readonly host: Host; readonly problem: string },
): RecordProblem {
  const { value } = checkJson(v.looseObject({ format: v.optional(v.unknown()) }), text);
  if (typeof value?.format === "number" && value.format > 1) return newer(path, host);
  return damaged({ path, host, what: problem, mayBeOther: value !== undefined });
}

function newer(path: string, host: Host): RecordProblem {
  const error = new HpcnbError("HPCNB_STATE_UNREADABLE", `${path} on ${host.name} was written by a newer hpcnb.`, {
    hint: "Use that one. `hpcnb down` of this one, with the session file, still ends the jobs that the scheduler lists for the session.",
  });
  return { kind: "newer", error };
}

interface Damage {
  readonly path: string;
  readonly host: Host;
  readonly what: string;
  /** It may be an intact record of a version before there were formats, or after. */
  readonly mayBeOther?: boolean;
  readonly cause?: unknown;
}

function damaged({ path, host, what, mayBeOther = false, cause }: Damage): RecordProblem {
  const other = mayBeOther ? ", or another version of hpcnb has written it" : "";
  const message = `${path} on ${host.name} is damaged${other}: ${what.replace(/\.$/, "")}.`;
  const error = new HpcnbError("HPCNB_STATE_UNREADABLE", message, {
    cause,
    hint: "The jobs do not need it and go on. `hpcnb down` with the session file ends those that the scheduler lists for the session; then `hpcnb up` starts it again.",
  });
  return { kind: "damaged", error };
}

function copied(directory: string, host: Host, origin: string): RecordProblem {
  const message = `${directory} on ${host.name} is a copy of ${origin}, and the session that is recorded in it is that folder's.`;
  const error = new HpcnbError("HPCNB_OTHER_SESSION", message, {
    hint: `Nothing was started here; \`hpcnb up\` starts a session here. The one in ${origin} is left alone.`,
  });
  return { kind: "copy", error };
}

export async function writeRecord(
  host: Host,
  directory: string,
  record: SessionRecord,
  signal?: AbortSignal,
): Promise<void> {
  await host.writeFiles([{ path: recordPath(directory), text: `${JSON.stringify(record, null, 2)}\n` }], signal);
}
