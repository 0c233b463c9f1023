import { isHpcnbError } from "@hpcnb/core";
import { expectThrown, makeJob } from "@hpcnb/core/testing";
import { expect } from "chai";
import { answersTo, type Captured, captured } from "./captured.js";
import { answers, explain } from "./example.js";

const { parseCancel, parseHistory, parseStatus, parseSubmit } = answers;

const variants = ["daimh", "ocs", "ocs92"];

/** The first of the variant's answers whose command and note have these words. */
function answerTo(variant: string, command: string, words: string): Captured {
  const found = answersTo(command, variant).find((one) => one.command.includes(words));
  if (!found) throw new Error(`${variant} has no ${command} with ${words}`);
  return found;
}

const historyOf = ({ result }: Captured) => {
  const [, name = ""] = /^jobname +(\S+)/m.exec(result.stdout) ?? [];
  return parseHistory(result, { id: result.argv.at(-1) ?? "", name });
};

const parsers: Record<string, (one: Captured) => unknown> = {
  "qsub ": ({ command, result }) =>
    parseSubmit(result, makeJob(/ -t \d/.test(command) ? { tasks: 4 } : { resources: {} })),
  "qstat -u": ({ result }) => parseStatus(result),
  "qstat -xml": ({ result }) => parseStatus(result),
  "qstat -j": ({ result }) => explain(result),
  "qacct ": historyOf,
  "qdel ": ({ result }) => parseCancel(result),
};

describe("answers of other Grid Engines", () => {
  it("are understood, or fail with what the command said", () => {
    for (const one of captured) {
      const parse = Object.entries(parsers).find(([command]) => one.command.startsWith(command))?.[1];
      if (!parse) continue;
      try {
        parse(one);
      } catch (error) {
        if (!isHpcnbError(error)) throw new Error(`${one.variant}: ${one.command}`, { cause: error });
        expect(one.result.exitCode, `${one.variant}: ${one.command}: ${error.message}`).not.to.equal(0);
      }
    }
  });

  for (const variant of variants) {
    describe(variant, () => {
      it("are a rejection for now where a limit on jobs is reached, and for good where the array is too large", () => {
        const rejection = (words: string) =>
          expectThrown(() => parseSubmit(answerTo(variant, "qsub", words).result, makeJob()), "HPCNB_SUBMIT_REJECTED");
        for (const words of ["max_u_jobs", "max_jobs"]) {
          const error = rejection(words);
          expect(error.transient, words).to.equal(true);
          expect(error.hint).to.include("Try again");
        }
        expect(rejection("max_aj_tasks").transient).to.equal(false);
      });

      it("tell a walltime that was reached, for a job and for tasks", () => {
        expect(historyOf(answerTo(variant, "qacct", "(-l h_rt=3)"))?.reason).to.match(
          /^its walltime of 3 s was reached, /,
        );
        const array = historyOf(answerTo(variant, "qacct", "(array -l h_rt=3)"))?.reason ?? "";
        for (const task of [1, 2]) expect(array).to.include(`task ${task}: its walltime of 3 s was reached`);
        expect(historyOf(answerTo(variant, "qacct", "h_cpu=2"))?.reason).to.include("a limit that it exceeded");
      });

      it("tell who deleted a job, where they say it", () => {
        const reason = historyOf(answerTo(variant, "qacct", "(after qdel)"))?.reason;
        expect(reason).to.match(
          variant === "daimh" ? /^it was ended by a signal/ : /^it was deleted by alice@login, SIGKILL/,
        );
      });

      it("tell the end of a job that was run again, and not of its first try", () => {
        const again = answerTo(variant, "qacct", "exit 99");
        expect(historyOf(again)).to.deep.include({ exitCode: 0 });
        const first = again.result.stdout.split(/^=+$/m)[1] ?? "";
        expect(historyOf({ ...again, result: { ...again.result, stdout: `=====\n${first}` } })).to.equal(undefined);
      });

      it("give the reason of an error, and no other", () => {
        const explained = (words: string) => explain(answerTo(variant, "qstat -j", words).result) ?? "";
        expect(explained("output directory missing")).to.match(/^error: can't open output file .*\n\(once the cause/);
        expect(explained("working directory missing")).to.match(/^error: can't chdir to .*\n\(once the cause/);
        expect(explained("array in error")).to.match(/^error: can't open output file .*\n\(once the cause/);
      });

      it("know a job that is not there, and no messages as no reason", () => {
        const unknown = answerTo(variant, "qstat -j", "(unknown)");
        expect(explain(unknown.result)).to.equal(undefined);
        const waiting = answerTo(variant, "qstat -j", "(waiting)");
        const stdout = waiting.result.stdout.replace(
          /^(scheduling info: +)[\s\S]*$/m,
          "$1There are no messages available\n",
        );
        expect(explain({ ...waiting.result, stdout })).to.equal(undefined);
      });
    });
  }
});
