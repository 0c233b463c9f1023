/** Writes what is made from the session file's schema: the schema itself as JSON, and its validator compiled to JavaScript. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { schemaText, validatorText } from "../dist/session-file-build.js";

writeFileSync(new URL("../dist/session-validator.js", import.meta.url), await validatorText());

// The schema is in the repository: a build that changes nothing leaves the file alone.
const schemaFile = new URL("../schema/session.schema.json", import.meta.url);
const known = existsSync(schemaFile) ? readFileSync(schemaFile, "utf8") : undefined;
if (known !== schemaText()) writeFileSync(schemaFile, schemaText());
