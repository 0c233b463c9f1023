import { sessionSchema, siteSchema } from "@hpcnb/core/session-file";
import type { TextOutcome } from "../printing/outcome.js";

export function schema({ site }: { site: boolean }): TextOutcome {
  return { text: [`${JSON.stringify(site ? siteSchema : sessionSchema, null, 2)}\n`] };
}
