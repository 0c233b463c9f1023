import { sessionSchema } from "@hpcnb/core/session-file";
import type { TextOutcome } from "../printing/outcome.js";

export function schema(): TextOutcome {
  return { text: [`${JSON.stringify(sessionSchema, null, 2)}\n`] };
}
