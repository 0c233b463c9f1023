/**
 * What a person is told of where a session is. More than phases, which are about what is to be done
 * next.
 */
export const sessionWords = [
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
export type SessionWord = (typeof sessionWords)[number];
