/**
 * The states of a session as people read them. They are finer than its phases, which say what is to
 * be done next.
 */
export const sessionStateNames = [
  "not started",
  "without a record",
  "half submitted",
  "waiting in the queue",
  "starting",
  "not connected",
  "reconnecting",
  "waiting for engines",
  "up",
  "degraded",
  "suspended",
  "failed",
  "finished",
  "ended at its walltime",
  "preempted",
  "put back into the queue",
  "ending",
  "ended by you",
  "ended",
] as const;
export type SessionStateName = (typeof sessionStateNames)[number];
