import { expectThrown, makeJob, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { answers, fixture } from "./example.js";

const { parseSubmit } = answers;

const submitted = (changes: Parameters<typeof makeResult>[0], job: Parameters<typeof makeJob>[0] = {}) =>
  parseSubmit(makeResult(changes), makeJob(job));

describe("qsub's answer", () => {
  it("is the id of a job or an array", () => {
    expect(submitted({ stdout: fixture("qsub-job.txt") })).to.equal("107");
    expect(submitted({ stdout: fixture("qsub-array.txt") }, { tasks: 4 })).to.equal("108");
  });

  it("is its last line that is an id, whatever a site prints before and after", () => {
    expect(submitted({ stdout: fixture("qsub-verifier.txt") }, { tasks: 32 })).to.equal("63");
    expect(submitted({ stdout: "2017\n12\nGood luck 4 you\n" })).to.equal("12");
  });

  it("may be the sentence, where a wrapper drops -terse", () => {
    expect(submitted({ stdout: fixture("qsub-sentence.txt") })).to.equal("109");
    expect(submitted({ stdout: fixture("qsub-array-sentence.txt") }, { tasks: 4 })).to.equal("110");
    expect(submitted({ stdout: 'Your job 17 ("a (b)") has been submitted\n' })).to.equal("17");
  });

  for (const [name, words, hint] of [
    ["qsub-unknown-queue.txt", 'Job was rejected because job requests unknown queue "no-such.q"', "`qconf -sql`"],
    ["qsub-unknown-resource.txt", 'unknown resource "no_such"', "`qconf -sc`"],
    ["qsub-unknown-pe.txt", 'the requested parallel environment "no-such" does not exist', "`qconf -spl`"],
    ["qsub-unknown-project.txt", 'the requested project "nope" does not exist', "`qconf -sprjl`"],
    ["qsub-too-many-tasks.txt", "you tried to submit a job with more than 5 tasks", "cluster.resources"],
    ["qsub-verifier-refuses.txt", "This queue is closed until Monday.", "cluster.resources"],
  ] as const) {
    it(`is a rejection in qsub's words: ${name}`, () => {
      const error = expectThrown(() => submitted({ exitCode: 1, stderr: fixture(name) }), "HPCNB_SUBMIT_REJECTED");
      expect(error.message).to.include(words).and.not.to.include("Exiting");
      expect(error.transient).to.equal(false);
      expect(error.hint).to.include(hint).and.to.include("~/.sge_request");
    });
  }

  it("is a rejection when native arguments are wrong", () => {
    const wrong = makeResult({ exitCode: 2, stderr: fixture("qsub-bad-option.txt") });
    expect(expectThrown(() => parseSubmit(wrong, makeJob()), "HPCNB_SUBMIT_REJECTED").message).to.include("-zzz");
    const missing = makeResult({ exitCode: 14, stderr: fixture("qsub-no-script.txt") });
    expect(expectThrown(() => parseSubmit(missing, makeJob()), "HPCNB_SUBMIT_REJECTED").message).to.include(
      "missing.sh",
    );
  });

  it("is a rejection for now when a limit is reached", () => {
    for (const [name, words] of [
      ["qsub-limit-user.txt", "only 1 jobs are allowed per user"],
      ["qsub-limit-cluster.txt", "only 1 jobs are allowed per cluster"],
    ] as const) {
      const limit = makeResult({ exitCode: 25, stderr: fixture(name) });
      const error = expectThrown(() => parseSubmit(limit, makeJob()), "HPCNB_SUBMIT_REJECTED");
      expect(error.transient).to.equal(true);
      expect(error.message).to.include(words);
    }
  });

  it("is a job to be cancelled when defaults have made another of it", () => {
    for (const [tasks, stdout] of [
      [undefined, "7.1-3:1\n"],
      [undefined, 'Your job-array 7.1-3:1 ("a") has been submitted\n'],
      [4, "7.1-3:1\n"],
    ] as const) {
      const unwanted = submitted({ stdout }, tasks === undefined ? {} : { tasks });
      if (typeof unwanted === "string") throw new Error(`${unwanted} was taken`);
      expect(unwanted.id).to.equal("7");
      expect(unwanted.error).to.include({ code: "HPCNB_SUBMIT_REJECTED", transient: false });
      expect(unwanted.error.message).to.include("1-3:1");
      expect(unwanted.error.hint).to.include("-t").and.to.include("sge_request");
    }
  });

  it("is a rejection when defaults let the job only be verified", () => {
    for (const name of ["qsub-verify.txt", "qsub-verification.txt"]) {
      const error = expectThrown(() => submitted({ stdout: fixture(name) }), "HPCNB_SUBMIT_REJECTED");
      expect(error.hint).to.include("-verify").and.to.include("sge_request");
    }
  });

  it("is read in a moment, however long", () => {
    for (const long of [" ".repeat(2e5), "7".repeat(2e5), 'Your job 1 ("'.repeat(2e4), "\0".repeat(2e5)]) {
      const words = `Unable to run job: ${long}x${long}. Exiting.\n`;
      expectThrown(() => submitted({ exitCode: 1, stderr: words }), "HPCNB_SUBMIT_REJECTED");
      expectThrown(() => submitted({ stdout: `${long} x\n` }), "HPCNB_SCHEDULER_UNREACHABLE");
    }
  });

  it("is none when the qmaster cannot be reached", () => {
    for (const name of ["qsub-no-qmaster.txt", "qsub-no-cell.txt", "qsub-no-root.txt"]) {
      const error = expectThrown(
        () => submitted({ exitCode: 1, stderr: fixture(name) }),
        "HPCNB_SCHEDULER_UNREACHABLE",
      );
      expect(error.transient, name).to.equal(true);
    }
  });

  it("is none when it has no id, or when qsub was killed or is not there", () => {
    const none = (changes: object) => expectThrown(() => submitted(changes), "HPCNB_SCHEDULER_UNREACHABLE");
    expect(none({ stdout: "Welcome\n" }).message).to.include("Welcome");
    none({ exitCode: null, signal: "SIGKILL" });
    const missing = none({ exitCode: 127, stderr: "env: 'qsub': No such file or directory\n" });
    expect(missing.hint).to.include("scheduler.options.settings");
    expect(missing.transient).to.equal(false);
  });
});
