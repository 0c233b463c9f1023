import type { Host } from "@hpcnb/core";
import { readFilesThrough, writeFilesThrough } from "./files.js";
import { lockLocally } from "./local-lock.js";
import { runLocally } from "./local-run.js";

/** This machine. Its files are read and written as those of a host over ssh are: by the same programs, with the same limits. */
export function createLocalHost(): Host {
  return {
    name: "this machine",
    run: runLocally,
    readFiles: (...request) => readFilesThrough(runLocally, ...request),
    writeFiles: (...request) => writeFilesThrough(runLocally, ...request),
    lock: lockLocally,
  };
}
