import { type Host, type Log, logged } from "@hpcnb/core";
import { readLocally } from "./files.js";
import { lockLocally } from "./lock.js";
import { runLocally } from "./run.js";
import { writeLocally } from "./write.js";

/** This machine. `log` is told of each command. */
export function createLocalHost({ log }: { readonly log?: Log | undefined } = {}): Host {
  return {
    name: "this machine",
    identity: async () => "",
    run: (argv, options) =>
      logged(log, { where: "here", argv: options?.shown ?? argv }, () => runLocally(argv, options)),
    readFiles: readLocally,
    writeFiles: writeLocally,
    lock: lockLocally,
  };
}
