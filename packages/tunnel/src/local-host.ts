import type { Host } from "@hpcnb/core";
import { readLocally } from "./local-files.js";
import { lockLocally } from "./local-lock.js";
import { runLocally } from "./local-run.js";
import { writeLocally } from "./local-write.js";

/** This machine. */
export function createLocalHost(): Host {
  return {
    name: "this machine",
    run: runLocally,
    readFiles: readLocally,
    writeFiles: writeLocally,
    lock: lockLocally,
  };
}
