import { HpcnbError } from "../errors.js";
import type { JobStatus } from "../scheduler.js";
import type { SessionContext } from "./context.js";
import { jobOfSession } from "./job-names.js";
import type { KnownRuns } from "./runs.js";
import type { RecordProblem, SessionRecord } from "./session-record.js";
import type { SessionState } from "./session-state.js";
import type { Role } from "./workload.js";

/** A job of the session that the scheduler lists, and that no record has. */
export interface Stray {
  readonly role: Role;
  readonly run: string;
  readonly status: JobStatus;
}

export interface Strays {
  /** They belong to runs that were started in this folder. */
  readonly own: readonly Stray[];
  /** Nothing here knows their runs: another folder's session may have the same name. */
  readonly others: readonly Stray[];
}

/** Pure. */
export function straysIn(
  listed: readonly JobStatus[],
  { session, scheduler }: Pick<SessionContext, "session" | "scheduler">,
  runs: KnownRuns,
): Strays {
  const all = listed.flatMap((status): Stray[] => {
    const job = status.state === "finished" ? undefined : jobOfSession(status.name, session.name, scheduler);
    return job ? [{ ...job, status }] : [];
  });
  return {
    own: all.filter(({ run }) => runs.own.has(run)),
    others: all.filter(({ run }) => !runs.own.has(run) && !runs.elsewhere.has(run)),
  };
}

/** Such as `12 (demo-notebook-0123456789, r)`. */
function describeStrays(strays: readonly Stray[]): string {
  return strays.map(({ status: { id, name, native } }) => `${id} (${name}, ${native})`).join(", ");
}

/** Pure. */
export function describeOthers(others: readonly Stray[], session: string): string {
  return `Jobs of a session called ${session} exist, and nothing here tells whether they belong to this folder: ${describeStrays(others)}.`;
}

/**
 * What stands in the way of a command that needs the session's record; undefined when there is one,
 * or nothing at all. Pure.
 */
export function whyNoRecord({ strays, recordProblem }: SessionState): HpcnbError | undefined {
  if (!strays?.own.length) return recordProblem?.error;
  const message = `${whyLost(recordProblem)} Jobs of the session exist without it: ${describeStrays(strays.own)}.`;
  return new HpcnbError("HPCNB_STATE_UNREADABLE", message, {
    cause: recordProblem?.error.cause,
    hint: "`hpcnb down` ends them; then `hpcnb up` starts the session again.",
  });
}

/** @throws HPCNB_NO_SESSION, HPCNB_STATE_UNREADABLE for a session that has none. */
export function expectRecord(state: SessionState, session: string): SessionRecord {
  if (state.record) return state.record;
  const hint = "`hpcnb up` starts it.";
  throw whyNoRecord(state) ?? new HpcnbError("HPCNB_NO_SESSION", `${session} was never started.`, { hint });
}

export function whyLost(problem: RecordProblem | undefined): string {
  return problem?.error.message ?? "The session's record is gone.";
}
