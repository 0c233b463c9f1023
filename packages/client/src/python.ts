import { readFileSync } from "node:fs";

/** The text of ../python/find_jupyter.py. */
export function findJupyter(): string {
  return readFileSync(new URL("../python/find_jupyter.py", import.meta.url), "utf8").trimEnd();
}
