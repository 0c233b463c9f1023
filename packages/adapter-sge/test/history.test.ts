import { expect } from "chai";
import { parseHistory } from "../src/history.js";
import { answer, failure, fixture } from "./example.js";

const history = (...names: string[]) => parseHistory(answer({ stdout: names.map(fixture).join("") }));

const byASignal = "it was ended by a signal (of qdel, of a limit that it exceeded, or its own), or its host crashed";

describe("qacct's answer", () => {
  it("has the exit code of a job that ended by itself", () => {
    expect(history("qacct-exit-0.txt")).to.deep.equal({ id: "38", exitCode: 0 });
    expect(history("qacct-exit-3.txt")).to.deep.equal({ id: "39", exitCode: 3 });
  });

  it("has a reason and no exit code for a job that was ended", () => {
    for (const [name, id, signal] of [
      ["qacct-killed.txt", "41", "SIGKILL"],
      ["qacct-deleted.txt", "45", "SIGKILL"],
      ["qacct-signal.txt", "40", "SIGSEGV"],
      ["qacct-cpu.txt", "50", "SIGKILL"],
    ] as const) {
      const reason = `${byASignal}, ${signal}, Grid Engine's code 100`;
      expect(history(name)).to.deep.equal({ id, reason });
    }
  });

  it("knows a walltime that was reached by the request and the time", () => {
    expect(history("qacct-walltime.txt")?.reason).to.equal(
      "its walltime of 3 s was reached, SIGKILL, Grid Engine's code 37",
    );
    const other = fixture("qacct-walltime.txt").replace("h_rt=3", "h_vmem=1G");
    expect(parseHistory(answer({ stdout: other }))?.reason).to.include("a limit: h_rt, h_cpu or h_vmem");
  });

  it("says in words what happened on the host", () => {
    expect(history("qacct-no-output.txt")?.reason).to.include("its output file could not be opened");
    expect(history("qacct-no-shell.txt")?.reason).to.include("interpreter");
    expect(history("qacct-no-directory.txt")?.reason).to.include("working directory");
    const failedWith = (words: string) =>
      parseHistory(answer({ stdout: fixture("qacct-no-output.txt").replace(/26 .*/, words) }))?.reason;
    expect(failedWith("8   : in prolog")).to.include("prolog").and.to.include("administrators");
    expect(failedWith("19  : before writing exit_status")).to.match(/^its host, or .* crashed, Grid Engine's code 19$/);
    expect(failedWith("21  : recognizing job")).to.equal("recognizing job, Grid Engine's code 21");
  });

  it("has the worst exit code of an array's tasks", () => {
    expect(history("qacct-array.txt")).to.deep.equal({ id: "47", exitCode: 2 });
  });

  it("names the tasks that were ended", () => {
    const reason = history("qacct-array-deleted.txt")?.reason?.split("\n");
    expect(reason).to.deep.equal(
      [1, 2, 3].map((task) => `task ${task}: ${byASignal}, SIGKILL, Grid Engine's code 100`),
    );
  });

  it("counts the last run of a job that was run again", () => {
    const again = fixture("qacct-exit-3.txt").replace(/exit_status +3/, "exit_status  0");
    expect(parseHistory(answer({ stdout: fixture("qacct-exit-3.txt") + again }))).to.deep.equal({
      id: "39",
      exitCode: 0,
    });
    expect(history("qacct-rescheduled.txt")).to.deep.equal({
      id: "54",
      reason: "rescheduling, Grid Engine's code 25",
    });
  });

  it("is nothing while there is no record", () => {
    for (const name of ["qacct-unknown.txt", "qacct-no-records.txt"])
      expect(parseHistory(answer({ exitCode: 1, stderr: fixture(name) })), name).to.equal(undefined);
  });

  it("is none when qacct fails", () => {
    for (const stderr of [fixture("qacct-no-root.txt"), "qacct: bad day\n"])
      failure(() => parseHistory(answer({ exitCode: 1, stderr })), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});
