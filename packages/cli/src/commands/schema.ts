import { findSessionFile, schemaOfFile } from "@hpcnb/client/files";
import { sessionSchema, siteSchema } from "@hpcnb/core/session-file";
import type { TextOutcome } from "../printing/outcome.js";
import { tell } from "../printing/print.js";
import { createAskingLoader } from "../printing/trust.js";

export async function schema(options: { session: string | undefined; site: boolean }): Promise<TextOutcome> {
  const { session, site } = options;
  const found =
    session === undefined
      ? site
        ? siteSchema
        : sessionSchema
      : await schemaOfFile(findSessionFile(session, tell), createAskingLoader());
  return { text: [`${JSON.stringify(found, null, 2)}\n`] };
}
