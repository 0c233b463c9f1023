import { answersOf } from "@hpcnb/core";
import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { slurmDialect } from "../src/index.js";
import { answered } from "./example.js";

const { parseHistory } = answersOf(slurmDialect());

const names = {
  runs: "runs",
  "exit 0": "exit0",
  "exit 7": "exit7",
  killed: "killed",
  "too much memory": "oom",
  cancelled: "cancelled",
  "cancelled by root": "byroot",
  "cancelled before it began": "before-it-began",
  array: "array",
  "array cancelled": "array-cancelled",
  "no output": "noout",
  preempted: "preempted",
  requeued: "requeued",
  "node failed": "node-failed",
  timeout: "timeout",
  "timeout without accounts": "timeout",
  "timeout without slurmdbd": "timeout",
};

const idIn = (text: string) => /^(\d+)/.exec(text)?.[1] ?? /JobId=(\d+)/.exec(text)?.[1] ?? "";

function endOf(name: keyof typeof names) {
  const result = answered("history", name);
  return parseHistory(result, { id: idIn(result.stdout.trim()), name: names[name] });
}

describe("how a job ended", () => {
  it("is unknown while it has not, and of a job that never was", () => {
    for (const name of ["runs", "requeued"] as const) expect(endOf(name), name).to.equal(undefined);
    for (const name of ["no job", "no job without accounts"])
      expect(parseHistory(answered("history", name), { id: "999999", name: "a" })).to.equal(undefined);
  });

  it("is its exit code, or the signal that ended it", () => {
    expect(endOf("exit 0")).to.deep.equal({ exitCode: 0 });
    expect(endOf("exit 7")).to.deep.equal({ exitCode: 7 });
    expect(endOf("killed")).to.deep.equal({ reason: "it was ended by SIGKILL (FAILED, 0:9)" });
    expect(endOf("too much memory")).to.deep.equal({ reason: "it was ended by SIGKILL (FAILED, 0:9)" });
    const cgroups = "7|a|OUT_OF_MEMORY|0:125\n";
    expect(parseHistory(makeResult({ stdout: cgroups }), { id: "7", name: "a" })?.reason).to.equal(
      "it used more memory than it had asked for (OUT_OF_MEMORY)",
    );
  });

  it("is its walltime, with accounts and without", () => {
    const end = { reason: "its walltime was reached (TIMEOUT)", walltimeReached: true };
    for (const name of ["timeout", "timeout without accounts", "timeout without slurmdbd"] as const)
      expect(endOf(name), name).to.deep.equal(end);
  });

  it("is a user's wish, its node's end, or another job's right of way", () => {
    expect(endOf("cancelled")).to.deep.equal({ reason: "it was cancelled by alice (CANCELLED)" });
    expect(endOf("cancelled by root")).to.deep.equal({ reason: "it was cancelled by root (CANCELLED)" });
    expect(endOf("cancelled before it began")).to.deep.equal({ reason: "it was cancelled by alice (CANCELLED)" });
    expect(endOf("preempted")).to.deep.equal({
      reason: "it had to make way for another job (PREEMPTED)",
      preempted: true,
    });
    expect(endOf("node failed")).to.deep.equal({ reason: "its node failed (NODE_FAIL)" });
    expect(endOf("no output")?.reason).to.include("the directory of its output");
    const unknown = makeResult({ stdout: "7|a|CANCELLED by 4711|0:0\n" });
    expect(parseHistory(unknown, { id: "7", name: "a" })?.reason).to.include("by the user 4711");
  });

  it("is, of an array, the worst exit code, and the reason of each task", () => {
    expect(endOf("array")).to.deep.equal({ exitCode: 7 });
    const { reason, exitCode } = endOf("array cancelled") ?? {};
    expect(exitCode).to.equal(undefined);
    expect(reason?.split("\n")).to.have.members([
      "task 1: it was cancelled by alice (CANCELLED)",
      "task 2: it was cancelled by alice (CANCELLED)",
      "task 3-9: it was cancelled by alice (CANCELLED)",
    ]);
  });

  it("is not that of another job under the same number, nor of an earlier try", () => {
    const { stdout } = answered("history", "exit 7");
    expect(parseHistory(makeResult({ stdout }), { id: idIn(stdout), name: "another" })).to.equal(undefined);
    const tries =
      "7|a|NODE_FAIL|0:0\nJobId=7 JobName=a UserId=alice(1000) JobState=PENDING Reason=BeginTime ExitCode=0:0\n";
    expect(parseHistory(makeResult({ stdout: tries }), { id: "7", name: "a" })).to.equal(undefined);
  });

  it("is known also while sacct has the end without the name", () => {
    const early =
      "3|allocation|NODE_FAIL|0:0\nJobId=3 JobName=real UserId=alice(1000) JobState=NODE_FAIL Reason=NodeDown ExitCode=0:0\n";
    const reason = "its node failed (NODE_FAIL)";
    expect(parseHistory(makeResult({ stdout: early }), { id: "3", name: "real" })).to.deep.equal({ reason });
  });

  it("has no answer without slurmctld, or without slurmdbd when slurmctld has forgotten the job", () => {
    for (const name of ["no controller", "no configuration", "no job and no slurmdbd"])
      expectThrown(
        () => parseHistory(answered("history", name), { id: "5", name: "a" }),
        "HPCNB_SCHEDULER_UNREACHABLE",
      );
    expectThrown(
      () => parseHistory(makeResult({ exitCode: null }), { id: "5", name: "a" }),
      "HPCNB_SCHEDULER_UNREACHABLE",
    );
  });
});
