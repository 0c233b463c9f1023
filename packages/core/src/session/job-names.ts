import type { Scheduler } from "../scheduler.js";
import type { Role } from "./workload.js";

/**
 * What the suffix of a job's name may be: nothing, a cluster's generation, that and an array's
 * first engine, or the tag of a cluster that was started in the notebook.
 */
const pattern = /^.+-(notebook|controller|engines)-([a-z0-9]{10})(|-\d{1,8}|-\d{1,8}-\d{1,8}|-[0-9a-f]{6})$/;

/**
 * Every job of a session has such a name: it tells the session, the kind of job and the run. Pure.
 */
export function jobName(session: string, role: Role, run: string, suffix = ""): string {
  return `${session}-${role}-${run}${suffix}`;
}

/**
 * What a job is, by the name under which the scheduler lists it; undefined for one that is not of
 * this session. The name is made again from its parts and must be the same, so nothing matches by
 * accident. Pure.
 */
export function jobOfSession(
  listed: string,
  session: string,
  { nameOf }: Pick<Scheduler, "nameOf">,
): { readonly role: Role; readonly run: string } | undefined {
  const [, word, run, suffix] = pattern.exec(listed) ?? [];
  if (word === undefined || run === undefined) return undefined;
  const role = word as Role;
  return nameOf(jobName(session, role, run, suffix)) === listed ? { role, run } : undefined;
}
