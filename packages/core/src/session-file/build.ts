/** What the build needs; not part of the package's interface. */
import standalone from "ajv/dist/standalone/index.js";
import { sessionSchema } from "./schema.js";
import { createAjv } from "./validator.js";

/** The schema as the file that is shipped for editors. */
export function schemaText(): string {
  return `${JSON.stringify(sessionSchema, null, 2)}\n`;
}

/**
 * The session file's validator as JavaScript, still to be bundled: it asks for ajv's helpers with
 * `require`.
 */
export async function validatorText(): Promise<string> {
  const ajv = await createAjv({ source: true, esm: true });
  return standalone.default(ajv, ajv.compile(sessionSchema));
}
