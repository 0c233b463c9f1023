/**
 * Of a session, in all its time: an engine's number is never given twice. Far above what a session
 * can have, and few enough for memory.
 */
export const mostEngines = 1_000_000;
