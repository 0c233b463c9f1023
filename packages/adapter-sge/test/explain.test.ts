import { expect } from "chai";
import { parseExplain } from "../src/explain.js";
import { answer, failure, fixture } from "./example.js";

const explained = (name: string) => parseExplain(answer({ stdout: fixture(name) }));

describe("qstat -j's answer", () => {
  it("gives the reason of an error and how it is cleared, and no other", () => {
    expect(explained("qstat-j-error.txt")?.split("\n")).to.deep.equal([
      `error: can't open output file "/home/alice/missing/log": No such file or directory`,
      "(once the cause is mended, `qmod -cj 3` clears the error of a job that is still there)",
    ]);
  });

  it("gives each reason for waiting once", () => {
    expect(explained("qstat-j-waiting.txt")?.split("\n")).to.deep.equal([
      'queue instance "all.q@node1" dropped because it is full',
      'queue instance "all.q@node2" dropped because it is full',
      "not all array task may be started due to 'max_aj_instances'",
    ]);
  });

  it("gives twenty of a thousand reasons", () => {
    const reasons = Array.from({ length: 1000 }, (_, index) => `queue instance "all.q@n${index}" dropped`);
    const text = `job_number: 1\nscheduling info:            ${reasons.join(`\n${" ".repeat(28)}`)}\n`;
    const lines = parseExplain(answer({ stdout: text }))?.split("\n");
    expect(lines).to.have.length(21);
    expect(lines?.at(-1)).to.equal("... and 980 more");
  });

  it("says that the site collects no reasons, but not of a job that runs", () => {
    expect(explained("qstat-j-reasons-off.txt")).to.include("schedd_job_info");
    expect(explained("qstat-j-running.txt")).to.equal(undefined);
  });

  it("has nothing to say of a job that is not there", () => {
    expect(parseExplain(answer({ exitCode: 1, stderr: fixture("qstat-j-unknown.txt") }))).to.equal(undefined);
  });

  it("is none when the qmaster cannot be reached, or qstat fails otherwise", () => {
    for (const stderr of [fixture("qstat-j-no-qmaster.txt"), "qstat: bad day\n"])
      failure(() => parseExplain(answer({ exitCode: 1, stderr })), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});
