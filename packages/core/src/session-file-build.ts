/** What build/generate.mjs needs; not part of the package's interface. */
import standalone from "ajv/dist/standalone/index.js";
import { sessionSchema } from "./session-file/schema.js";
import { createAjv } from "./session-file/validator.js";

/** The schema as the file that is shipped for editors. */
export function schemaText(): string {
  return `${JSON.stringify(sessionSchema, null, 2)}\n`;
}

/** The session file's validator as an ES module. */
export async function validatorText(): Promise<string> {
  const ajv = await createAjv({ source: true, esm: true });
  const code = standalone.default(ajv, ajv.compile(sessionSchema));
  // ajv's own helpers are CommonJS, which its ESM output still asks for with require().
  return `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\n${code}`;
}
