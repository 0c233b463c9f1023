/** What the compiler does not do: it checks types and writes declarations, everything else is here. Runs after every `tsc -b`. */
import { existsSync } from "node:fs";
import { bundle } from "./bundle.mjs";

await bundle();
if (existsSync(new URL("../packages/core/build/generate.mjs", import.meta.url))) {
  await import("../packages/core/build/generate.mjs");
}
