import type { Host } from "@hpcnb/core";
import { readLocally } from "./files.js";
import { lockLocally } from "./lock.js";
import { runLocally } from "./run.js";
import { writeLocally } from "./write.js";

/** This machine. */
export function createLocalHost(): Host {
  return {
    name: "this machine",
    identity: async () => "",
    run: runLocally,
    readFiles: readLocally,
    writeFiles: writeLocally,
    lock: lockLocally,
  };
}
