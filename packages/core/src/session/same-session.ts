import { HpcnbError } from "../errors.js";
import type { Session } from "../session-file/session.js";
import type { SessionRecord } from "./session-record.js";

/**
 * Another session's jobs are not ours to end, and another scheduler would not know ours: "not
 * listed" would be taken for "gone". Other options of the same scheduler make no other session: see
 * `Tracker`.
 * @throws HPCNB_OTHER_SESSION
 */
export function expectSameSession(record: SessionRecord, session: Session, directory: string): void {
  const describe = ({ name, scheduler }: Pick<Session, "name" | "scheduler">) =>
    `${name} (scheduler ${scheduler.plugin})`;
  if (record.name === session.name && record.scheduler.plugin === session.scheduler.plugin) return;
  throw new HpcnbError(
    "HPCNB_OTHER_SESSION",
    `In ${directory} the session ${describe(record)} has not ended, but ${session.file} says ${describe(session)}.`,
    { hint: "Put the old values back and run `hpcnb down` before changing them. Two sessions need two directories." },
  );
}
