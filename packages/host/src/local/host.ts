import { type Host, type Log, logged } from "@hpcnb/core";
import { type SlowAnswersOptions, tellingSlowAnswers } from "../slow-answers.js";
import { readLocally } from "./files.js";
import { lockLocally } from "./lock.js";
import { runLocally } from "./run.js";
import { writeLocally } from "./write.js";

/** This machine. `log` is told of each command. */
export function createLocalHost({
  log,
  ...others
}: { readonly log?: Log | undefined } & SlowAnswersOptions = {}): Host {
  const name = "this machine";
  const awaitAnswer = tellingSlowAnswers(name, others);
  return {
    name,
    identity: async () => "",
    run: (argv, options) =>
      logged(log, { where: "here", argv: options?.shown ?? argv }, () =>
        runLocally(argv, options).finally(awaitAnswer(options?.answerer)),
      ),
    readFiles: readLocally,
    writeFiles: writeLocally,
    lock: lockLocally,
  };
}
