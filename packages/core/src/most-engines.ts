/**
 * A session has no more in all its time, in which no number is given twice. Far above what it can
 * have, and few enough for memory.
 */
export const mostEngines = 1_000_000;
