import type { SessionRecord } from "../../session/session-record.js";

/** The record of a session for a test, with what the test is about changed. */
export function makeRecord(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    format: 1,
    name: "s",
    app: "lab",
    run: { id: "aaaaaaaaaa", directory: "/d/.hpcnb/runs/aaaaaaaaaa" },
    scheduler: { plugin: "mock", options: {} },
    startedAt: "2026-01-01T00:00:00Z",
    jobs: [],
    ...changes,
  };
}
