import { expectThrown, makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { explain, fixture } from "./example.js";

const explained = (name: string) => explain(makeResult({ stdout: fixture(name) }));

describe("qstat -j's answer", () => {
  const cleared = (id: number) =>
    `(once the cause is removed, \`qmod -cj ${id}\` clears the error of a job that is still there)`;

  it("gives the reason of an error and how it is cleared, and no other", () => {
    expect(explained("qstat-j-no-output.txt")?.split("\n")).to.deep.equal([
      `error: can't open output file "/home/alice/missing/log": No such file or directory`,
      cleared(22),
    ]);
    expect(explained("qstat-j-no-directory.txt")).to.include("error: can't chdir to /home/alice/missing: No such file");
    expect(explained("qstat-j-no-shell.txt")).to.include('unable to find shell "/bin/no-such"');
  });

  it("gives a reason that an array's tasks share once", () => {
    expect(explained("qstat-j-array-error.txt")?.split("\n")).to.deep.equal([
      'unable to find shell "/bin/no-such"',
      cleared(25),
    ]);
  });

  it("gives each reason for waiting once", () => {
    expect(explained("qstat-j-waiting.txt")?.split("\n")).to.deep.equal([
      'cannot run in queue "node3" because it is not contained in its hard queue list (-q)',
      'cannot run in queue "node2" because it is not contained in its hard queue list (-q)',
      '(-l h_vmem=1000G) cannot run at host "node1" because it offers only hc:h_vmem=256.000G',
    ]);
    expect(explained("qstat-j-held.txt")).to.equal("Job is in hold state");
  });

  it("gives the reasons of an array when some tasks wait and others run", () => {
    expect(explained("qstat-j-array-partly.txt")?.split("\n")).to.deep.equal([
      'queue instance "all.q@node1" dropped because it is full',
      'cannot run in queue "node2" because it is not contained in its hard queue list (-q)',
      'cannot run in queue "node3" because it is not contained in its hard queue list (-q)',
    ]);
    expect(explained("qstat-j-array-at-once.txt")).to.include("not all array tasks may be started");
  });

  it("tells a date and a job that a default makes it wait for", () => {
    expect(explained("qstat-j-later.txt")?.split("\n")).to.deep.equal([
      "it may not start before Tue Jan  1 00:00:00 2030 (-a)",
      "Job is in hold state",
    ]);
    expect(explained("qstat-j-waits-for-job.txt")).to.match(/^it waits for job \d+ \(-hold_jid\)\n/);
  });

  it("gives twenty of a thousand reasons", () => {
    const reasons = Array.from({ length: 1000 }, (_, index) => `queue instance "all.q@n${index}" dropped`);
    const text = `job_number: 1\nscheduling info:            ${reasons.join(`\n${" ".repeat(28)}`)}\n`;
    const lines = explain(makeResult({ stdout: text }))?.split("\n");
    expect(lines).to.have.length(21);
    expect(lines?.at(-1)).to.equal("... and 980 more");
  });

  it("says that the site collects no reasons, but not of a job that runs", () => {
    expect(explained("qstat-j-reasons-off.txt")).to.include("schedd_job_info");
    for (const name of ["qstat-j-running.txt", "qstat-j-reasons-off-running.txt"])
      expect(explained(name)).to.equal(undefined);
  });

  it("is read in a moment, however long", () => {
    for (const long of [" ".repeat(2e5), "1".repeat(2e5), "error reason ".repeat(2e4), "a\n".repeat(1e5)])
      for (const begin of ["error reason 1: ", "execution_time: ", "scheduling info: ", ""])
        explain(makeResult({ stdout: `${begin}${long}x${long}\n` }));
  });

  it("has nothing to say of a job that is not there", () => {
    expect(explain(makeResult({ exitCode: 1, stderr: fixture("qstat-j-unknown.txt") }))).to.equal(undefined);
  });

  it("is none when the qmaster cannot be reached, or qstat fails otherwise", () => {
    for (const stderr of [fixture("qstat-j-no-qmaster.txt"), "qstat: bad day\n"])
      expectThrown(() => explain(makeResult({ exitCode: 1, stderr })), "HPCNB_SCHEDULER_UNREACHABLE");
  });
});
