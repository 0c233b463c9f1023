import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { answers, fixture } from "./example.js";

const { parseHistory } = answers;

/** The facts of the first job in the answer. */
function ended(stdout: string) {
  const [, name = ""] = /^jobname +(\S+)/m.exec(stdout) ?? [];
  const [, id = ""] = /^jobnumber +(\S+)/m.exec(stdout) ?? [];
  return parseHistory(makeResult({ stdout }), { id, name });
}

const history = (...names: string[]) => ended(names.map(fixture).join(""));

const job = { id: "38", name: "zero" };

const byASignal = "it was ended by a signal (of qdel, of a limit that it exceeded, or its own), or its host crashed";

describe("qacct's answer", () => {
  it("has the exit code of a job that ended by itself", () => {
    expect(history("qacct-exit-0.txt")).to.deep.equal({ exitCode: 0 });
    expect(history("qacct-exit-3.txt")).to.deep.equal({ exitCode: 3 });
  });

  it("has a reason and no exit code for a job that was ended", () => {
    for (const [name, signal] of [
      ["qacct-killed.txt", "SIGKILL"],
      ["qacct-deleted.txt", "SIGKILL"],
      ["qacct-signal.txt", "SIGSEGV"],
      ["qacct-cpu.txt", "SIGKILL"],
    ] as const) {
      const reason = `${byASignal}, ${signal}, Grid Engine's code 100`;
      expect(history(name)).to.deep.equal({ reason });
    }
  });

  it("knows a walltime that was reached by the request and the time", () => {
    expect(history("qacct-walltime.txt")?.reason).to.equal(
      "its walltime of 3 s was reached, SIGKILL, Grid Engine's code 37",
    );
    const other = fixture("qacct-walltime.txt").replace("h_rt=3", "h_vmem=1G");
    expect(ended(other)?.reason).to.include("a limit: h_rt, h_cpu or h_vmem");
  });

  it("says in words what happened on the host", () => {
    expect(history("qacct-no-output.txt")?.reason).to.include("its output file could not be opened");
    expect(history("qacct-no-shell.txt")?.reason).to.include("interpreter");
    expect(history("qacct-no-directory.txt")?.reason).to.include("working directory");
    const failedWith = (words: string) => ended(fixture("qacct-no-output.txt").replace(/26 .*/, words))?.reason;
    expect(failedWith("8   : in prolog")).to.include("prolog").and.to.include("administrators");
    expect(failedWith("19  : before writing exit_status")).to.match(/^its host, or .* crashed, Grid Engine's code 19$/);
    expect(failedWith("21  : recognizing job")).to.equal("recognizing job, Grid Engine's code 21");
  });

  it("has the worst exit code of an array's tasks", () => {
    expect(history("qacct-array.txt")).to.deep.equal({ exitCode: 2 });
  });

  it("names the tasks that were ended", () => {
    const reason = history("qacct-array-deleted.txt")?.reason?.split("\n");
    expect(reason).to.deep.equal(
      [1, 2, 3].map((task) => `task ${task}: ${byASignal}, SIGKILL, Grid Engine's code 100`),
    );
  });

  it("counts the last run of a job that was run again", () => {
    const again = fixture("qacct-exit-3.txt").replace(/exit_status +3/, "exit_status  0");
    expect(ended(fixture("qacct-exit-3.txt") + again)).to.deep.equal({ exitCode: 0 });
  });

  it("is no end where Grid Engine starts the job again", () => {
    expect(history("qacct-rescheduled.txt")).to.equal(undefined);
    expect(history("qacct-rescheduled-running.txt")).to.equal(undefined);
    const migrating = fixture("qacct-rescheduled-running.txt").replace("25  : rescheduling", "24  : migrating");
    expect(ended(migrating)).to.equal(undefined);
    expect(history("qacct-rescheduled-deleted.txt")?.reason).to.include("SIGKILL");
  });

  it("counts only records of this job, whoever had its number before or has it now", () => {
    const ours = fixture("qacct-exit-3.txt");
    const name = /^jobname +(\S+)/m.exec(ours)?.[1] ?? "";
    const theirs = ours.replace(/^(jobname +)\S+/m, "$1another").replace(/^(exit_status +)3/m, "$10");
    const of = (stdout: string) => parseHistory(makeResult({ stdout }), { id: "39", name });
    expect(of(theirs)).to.equal(undefined);
    for (const both of [theirs + ours, ours + theirs]) expect(of(both)).to.deep.equal({ exitCode: 3 });
    // Their array has tasks that ours has not.
    const tasks = fixture("qacct-array-deleted.txt").replaceAll(/^(jobnumber +)\d+/gm, "$139");
    expect(of(tasks + ours)).to.deep.equal({ exitCode: 3 });
    expect(of(ours.replace(/^(jobnumber +)\d+/m, "$1390"))).to.equal(undefined);
    expect(of(`${ours.replace(/^failed/m, "pe_taskid 1.node2\nfailed")}`)).to.equal(undefined);
  });

  it("names a soft limit, and too little memory", () => {
    expect(history("qacct-soft-walltime.txt")?.reason).to.match(/^a soft limit, s_rt=2, was reached, SIGUSR1, /);
    expect(history("qacct-soft-cpu.txt")?.reason).to.match(/^a soft limit, s_cpu=1, was reached, SIGXCPU, /);
    const warned = (signal: number) =>
      ended(fixture("qacct-signal.txt").replace(/^(exit_status +)\d+.*$/m, `$1${128 + signal}`))?.reason;
    expect(warned(10)).to.include("s_rt").and.to.include("-notify");
    expect(warned(12)).to.include("-notify");
    const little = history("qacct-little-memory.txt");
    expect(little).to.deep.include({ exitCode: 127 });
    expect(little?.reason).to.include("h_vmem=10M is too little").and.to.include("sge_request");
    const enough = fixture("qacct-little-memory.txt").replace("h_vmem=10M", "h_vmem=4G");
    expect(ended(enough)).not.to.have.property("reason");
  });

  it("takes no number for an exit code that is none, and long lines in a moment", () => {
    const odd = (status: string) => ended(fixture("qacct-exit-3.txt").replace(/^(exit_status +)3/m, `$1${status}`));
    for (const status of ["99999999999999999999", "-1", "0x1f", "\0", ""]) expect(odd(status)).to.deep.equal({});
    const long = `${"=".repeat(2e5)}\njobname${" ".repeat(2e5)}x${" ".repeat(2e5)}y\nfailed ${"1".repeat(2e5)}\n`;
    expect(parseHistory(makeResult({ stdout: long }), job)).to.equal(undefined);
  });

  it("is nothing while there is no record", () => {
    for (const name of ["qacct-unknown.txt", "qacct-no-records.txt"])
      expect(parseHistory(makeResult({ exitCode: 1, stderr: fixture(name) }), job), name).to.equal(undefined);
  });

  it("is none when qacct fails", () => {
    for (const stderr of [fixture("qacct-no-root.txt"), "qacct: bad day\n"])
      expectThrown(() => parseHistory(makeResult({ exitCode: 1, stderr }), job), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});
