import { HpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import type { JobId, TaskRange } from "../scheduler.js";
import type { PluginChoice, Session } from "../session-file/session.js";
import { clusterDirectory, recordPath, runDirectory } from "./layout.js";
import type { Cluster, EngineArray, JobPlace, Role } from "./workload.js";

/**
 * What hpcnb remembers of a session, in `.hpcnb/session.json`.
 *
 * What is going to be done is written before it is done: jobs by their names, and their ids after. A command that is killed in between
 * leaves names without ids, and the next one finds the jobs by their names.
 */
export interface SessionRecord {
  readonly format: 1;
  readonly name: string;
  readonly app: Session["notebook"]["app"];
  readonly run: { readonly id: string; readonly directory: string };
  readonly scheduler: PluginChoice;
  /** ISO 8601, by the clock of the machine that started the run; shown to people, never compared. */
  readonly startedAt: string;
  /** The run's newest cluster. */
  readonly cluster?: ClusterRecord;
  readonly jobs: readonly JobRecord[];
  /** Set once every job is known to be gone. */
  readonly ended?: { readonly at: string; readonly why: string };
}

export interface ClusterRecord extends Omit<Cluster, "directory"> {
  /** How many engines of each group are asked for. */
  readonly wanted: Readonly<Record<string, number>>;
  /** There until the cluster's files and jobs are as this record says. A group whose new array is rejected has its old number again. */
  readonly unsettled?: { readonly before: Readonly<Record<string, number>> };
}

export interface JobRecord {
  readonly role: Role;
  /** As the scheduler lists it. */
  readonly name: string;
  readonly id?: JobId;
  /** Of an engine array. */
  readonly array?: ArrayRecord;
}

export interface ArrayRecord extends EngineArray {
  /** Numbers of engines that are no longer asked for: they were cancelled, or others have taken their place. */
  readonly dismissed?: readonly TaskRange[];
}

export function clusterOf(record: Pick<SessionRecord, "run" | "cluster">): Cluster | undefined {
  if (!record.cluster) return undefined;
  const { generation, inNotebook } = record.cluster;
  return { generation, inNotebook, directory: clusterDirectory(record.run, generation) };
}

/** How many engines are asked for, in all groups. */
export function askedEngines({ cluster }: Pick<SessionRecord, "cluster">): number {
  return Object.values(cluster?.wanted ?? {}).reduce((sum, count) => sum + count, 0);
}

export function placeOfJob({ role, array }: JobRecord): JobPlace {
  if (role !== "engines") return { role };
  if (!array) throw new Error("An engine array without its numbers is in the session's record");
  return { role, array };
}

/** @throws HPCNB_STATE_UNREADABLE when there is a record that this version cannot read. */
export async function readRecord(
  host: Host,
  directory: string,
  signal?: AbortSignal,
): Promise<SessionRecord | undefined> {
  const path = recordPath(directory);
  const [text] = await host.readFiles([path], signal);
  if (text === undefined) return undefined;
  let cause: unknown;
  try {
    const record = JSON.parse(text) as SessionRecord;
    // The directory may have been moved or be mounted elsewhere since: trust the place where the record was found.
    if (record.format === 1)
      return { ...record, run: { id: record.run.id, directory: runDirectory(directory, record.run.id) } };
  } catch (error) {
    cause = error;
  }
  throw new HpcnbError(
    "HPCNB_STATE_UNREADABLE",
    `${path} on ${host.name} is not a session record that this hpcnb can read.`,
    {
      cause,
      hint: "It may come from a newer hpcnb: use that one. If no job of this session is left, delete the file.",
    },
  );
}

export async function writeRecord(
  host: Host,
  directory: string,
  record: SessionRecord,
  signal?: AbortSignal,
): Promise<void> {
  await host.writeFiles([{ path: recordPath(directory), text: `${JSON.stringify(record, null, 2)}\n` }], signal);
}
