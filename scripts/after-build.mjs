/**
 * What the compiler does not do: it checks types and writes declarations, everything else is here.
 * Runs after every `tsc -b`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { bundleLibraries, bundlePrograms, bundleValidators, removeOldFiles } from "./bundle.mjs";

await bundleLibraries();
const { schemaText, siteSchemaText, validatorTexts } = await import(
  new URL("../packages/core/dist/session-file/build.js", import.meta.url).href
);
await bundlePrograms();
await bundleValidators(await validatorTexts());
await removeOldFiles();

// The schemas are in the repository: a build that changes nothing leaves the files alone.
for (const [name, text] of [
  ["session", schemaText()],
  ["site", siteSchemaText()],
]) {
  const file = new URL(`../packages/core/schema/${name}.schema.json`, import.meta.url);
  const known = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (known !== text) writeFileSync(file, text);
}
