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

/** A word, its meaning, and the state of the job where it does not just wait for its turn. */
export type Reason = readonly [word: RegExp, meaning: string, state?: JobState];

/**
 * Reads a scheduler's words for why a job waits by a table: the first that fits counts. People see
 * the meaning, and the word behind it. An empty meaning is for words that say nothing.
 */
export function reasonWords(
  table: readonly Reason[],
): (native: string) => { reason: string | undefined; state: JobState | undefined } {
  return (native) => {
    const [, meaning = native, state] = table.find(([word]) => word.test(native)) ?? [];
    const reason = meaning === native ? native : `${meaning} (${native})`;
    return { reason: meaning === "" ? undefined : reason, state };
  };
}
