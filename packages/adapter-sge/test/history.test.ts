import { expect } from "chai";
import { parseHistory } from "../src/history.js";
import { answer, failure, fixture } from "./example.js";

const history = (...names: string[]) => parseHistory(answer({ stdout: names.map(fixture).join("") }));

describe("qacct's answer", () => {
  it("has the exit code of a job that ended by itself", () => {
    expect(history("qacct-exit-7.txt")).to.deep.equal({ id: "7", exitCode: 7 });
  });

  it("has a reason and no exit code for a job that was ended", () => {
    expect(history("qacct-killed.txt")).to.deep.equal({
      id: "10",
      reason: "assumedly after job, SIGKILL, Grid Engine's code 100",
    });
  });

  it("knows a walltime that was reached by the request and the time", () => {
    expect(history("qacct-walltime.txt")?.reason)
      .to.include("its walltime of 5 s was reached")
      .and.to.include("SIGKILL");
  });

  it("says in words what happened on the host", () => {
    expect(history("qacct-output-file.txt")?.reason).to.include("its output file could not be opened");
    expect(history("qacct-no-shell.txt")?.reason).to.include("interpreter");
    expect(history("qacct-no-directory.txt")?.reason).to.include("working directory");
    expect(history("qacct-limit.txt")?.reason).to.equal(
      "its walltime of 5 s was reached, SIGKILL, Grid Engine's code 37",
    );
    const other = fixture("qacct-output-file.txt").replace(/26 .*/, "21  : recognizing job");
    expect(parseHistory(answer({ stdout: other }))?.reason).to.equal("recognizing job, Grid Engine's code 21");
  });

  it("has the worst exit code of an array's tasks", () => {
    expect(history("qacct-array.txt")).to.deep.equal({ id: "11", exitCode: 3 });
  });

  it("names the tasks that were ended", () => {
    const text = fixture("qacct-array.txt").replaceAll(/^failed .*$/gm, "failed       100 : assumedly after job");
    const reason = parseHistory(answer({ stdout: text }))?.reason?.split("\n");
    expect(reason).to.have.length(3);
    expect(reason?.[2]).to.match(/^task 3: assumedly after job/);
  });

  it("counts the last run of a job that was run again", () => {
    const again = fixture("qacct-exit-7.txt").replace(/exit_status +7/, "exit_status  0");
    expect(parseHistory(answer({ stdout: fixture("qacct-exit-7.txt") + again }))).to.deep.equal({
      id: "7",
      exitCode: 0,
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
