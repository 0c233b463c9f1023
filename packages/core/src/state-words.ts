import type { JobState } from "./scheduler.js";

/**
 * Reads a scheduler's words for states. The table has, for each state, all words that mean it,
 * separated by spaces. A word that it does not have is "unknown".
 */
export function stateWords(table: Readonly<Partial<Record<JobState, string>>>): (native: string) => JobState {
  const states = new Map<string, JobState>();
  for (const [state, words] of Object.entries(table))
    for (const word of words.split(" ")) states.set(word, state as JobState);
  return (native) => states.get(native) ?? "unknown";
}
