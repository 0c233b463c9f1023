import { HpcnbError } from "../errors.js";
import type { Host } from "../host.js";
import type { JobId } from "../scheduler.js";
import type { PluginChoice, Session } from "../session-file/session.js";
import { recordPath, runDirectory } from "./layout.js";
import type { PlannedJob, Role } from "./workload.js";

/**
 * What hpcnb remembers of a session, in `.hpcnb/session.json`.
 *
 * The jobs' names are written before the jobs are submitted and their ids after. A command that is killed in between
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
  readonly jobs: readonly JobRecord[];
  /** Set once every job is known to be gone. */
  readonly ended?: { readonly at: string; readonly why: string };
}

export interface JobRecord {
  readonly role: Role;
  /** As the scheduler lists it. */
  readonly name: string;
  readonly id?: JobId;
  readonly tasks?: number;
}

export function newRecord(options: {
  session: Session;
  directory: string;
  runId: string;
  jobs: readonly PlannedJob[];
  nameOf: (name: string) => string;
}): SessionRecord {
  return {
    format: 1,
    name: options.session.name,
    app: options.session.notebook.app,
    run: { id: options.runId, directory: runDirectory(options.directory, options.runId) },
    scheduler: options.session.scheduler,
    startedAt: new Date().toISOString(),
    jobs: options.jobs.map(({ role, spec }) => ({
      role,
      name: options.nameOf(spec.name),
      ...(spec.tasks === undefined ? {} : { tasks: spec.tasks }),
    })),
  };
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
