/**
 * What the compiler does not do: it checks types and writes declarations, everything else is here.
 * Runs after every `tsc -b`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { bundleLibraries, bundlePrograms, bundleValidator, removeOldFiles } from "./bundle.mjs";

await bundleLibraries();
const { schemaText, validatorText } = await import(
  new URL("../packages/core/dist/session-file/build.js", import.meta.url).href
);
await bundlePrograms();
await bundleValidator(await validatorText());
await removeOldFiles();

// The schema is in the repository: a build that changes nothing leaves the file alone.
const schemaFile = new URL("../packages/core/schema/session.schema.json", import.meta.url);
const known = existsSync(schemaFile) ? readFileSync(schemaFile, "utf8") : undefined;
if (known !== schemaText()) writeFileSync(schemaFile, schemaText());
