import type { SessionWord } from "../session-words.js";
import type { SessionState } from "./life-cycle.js";
import type { SessionEnd } from "./session-schema.js";

const wordOfEnd: Readonly<Record<SessionEnd, SessionWord>> = {
  asked: "ended by you",
  walltime: "ended at its walltime",
  preempted: "preempted",
  requeued: "put back into the queue",
  finished: "finished",
  lost: "failed",
};

/** Pure. */
export function wordOf(state: SessionState): SessionWord {
  const { phase, record, jobs, connection, loss } = state;
  if (jobs.notebook?.status?.state === "suspended" && isGoingOn(phase)) return "suspended";
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
      return wordOfEnd[loss?.how ?? "lost"];
    case "stopping":
      return "ending";
    case "ended":
      return record?.ended?.how ? wordOfEnd[record.ended.how] : "ended";
    default:
      return phase;
  }
}

function isGoingOn(phase: SessionState["phase"]): boolean {
  return !["absent", "lost", "failed", "stopping", "ended"].includes(phase);
}
