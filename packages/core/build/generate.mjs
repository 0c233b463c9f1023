/** Writes what is made from the session file's schema: the schema itself as JSON, and its validator compiled to JavaScript. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createAjv, sessionSchema } from "../dist/session-file-build.js";

const require = createRequire(import.meta.url);
const standalone = require("ajv/dist/standalone").default;

const ajv = await createAjv({ source: true, esm: true });
const code = standalone(ajv, ajv.compile(sessionSchema));
// ajv's own helpers are CommonJS, which its ESM output still asks for with require().
writeFileSync(
  new URL("../dist/session-validator.js", import.meta.url),
  `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\n${code}`,
);

const schemaFile = new URL("../schema/session.schema.json", import.meta.url);
const text = `${JSON.stringify(sessionSchema, null, 2)}\n`;
let known = "";
try {
  known = readFileSync(schemaFile, "utf8");
} catch (error) {
  if (error.code !== "ENOENT") throw error;
}
if (known !== text) writeFileSync(schemaFile, text);
