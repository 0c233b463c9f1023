import { readFileSync } from "node:fs";

let listener: string | undefined;

/** The text of ../python/listener.py, which runs on the submit node. */
export function listenerProgram(): string {
  listener ??= readFileSync(new URL("../python/listener.py", import.meta.url), "utf8").trimEnd();
  return listener;
}
