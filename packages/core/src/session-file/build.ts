/** What the build needs; not part of the package's interface. */
import standalone from "ajv/dist/standalone/index.js";
import { sessionSchema } from "./schema.js";
import { siteSchema } from "./site-schema.js";
import { createAjv } from "./validator.js";

/** The schema as the file that is shipped for editors. */
export function schemaText(): string {
  return `${JSON.stringify(sessionSchema, null, 2)}\n`;
}

/** The schema of the files of sites. */
export function siteSchemaText(): string {
  return `${JSON.stringify(siteSchema, null, 2)}\n`;
}

/**
 * The validators as JavaScript, still to be bundled: they ask for ajv's helpers with `require`. By
 * the names of their modules.
 */
export async function validatorTexts(): Promise<Record<"session-validator" | "site-validator", string>> {
  const text = async (schema: object) => {
    const ajv = await createAjv({ verbose: false, code: { source: true, esm: true } });
    return standalone.default(ajv, ajv.compile(schema));
  };
  return { "session-validator": await text(sessionSchema), "site-validator": await text(siteSchema) };
}
