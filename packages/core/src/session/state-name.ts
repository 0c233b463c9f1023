import type { SessionStateName } from "../session-state-names.js";
import type { SessionEnd } from "./session-schema.js";
import { isAlive, type SessionState } from "./session-state.js";

const nameOfEnd: Readonly<Record<SessionEnd, SessionStateName>> = {
  asked: "ended by you",
  walltime: "ended at its walltime",
  preempted: "preempted",
  requeued: "put back into the queue",
  finished: "finished",
  lost: "failed",
};

/** The state of a session as people read it. Pure. */
export function nameOfState(state: SessionState): SessionStateName {
  const { phase, record, jobs, connection, loss } = state;
  if (jobs.notebook?.status?.state === "suspended" && isAlive(phase)) return "suspended";
  switch (phase) {
    case "absent":
      return "not started";
    case "lost":
      return "without a record";
    case "submitting":
      return "half submitted";
    case "queued":
      return "waiting in the queue";
    case "connecting":
      return connection?.healing ? "reconnecting" : "not connected";
    case "gathering":
      return "waiting for engines";
    case "failed":
      return nameOfEnd[loss?.how ?? "lost"];
    case "stopping":
      return "ending";
    case "ended":
      return record?.ended?.how ? nameOfEnd[record.ended.how] : "ended";
    default:
      return phase;
  }
}
