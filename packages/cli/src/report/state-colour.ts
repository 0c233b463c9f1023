import type { SessionStateName } from "@hpcnb/core";
import type { Piece } from "../printing/print.js";

const good: readonly string[] = ["up"] satisfies SessionStateName[];
const bad: readonly string[] = ["failed", "degraded", "without a record", "unknown"] satisfies (
  | SessionStateName
  | "unknown"
)[];
const over: readonly string[] = [
  "not started",
  "finished",
  "ended",
  "ended by you",
  "ended at its walltime",
  "preempted",
  "put back into the queue",
] satisfies SessionStateName[];

/**
 * The state of a session in its colour: green is up, red needs somebody, dim is over, yellow is
 * anything on its way.
 */
export function inColour(state: string, width = 0): Piece {
  const text = state.padEnd(width);
  if (good.includes(state)) return ["green", text];
  if (bad.includes(state)) return ["red", text];
  return [over.includes(state) ? "dim" : "yellow", text];
}
