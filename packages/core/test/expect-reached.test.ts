import { expectReached, JoinedJobs, plainName } from "@hpcnb/core";
import { expect } from "chai";

describe("what dialects of schedulers share", () => {
  const reached = (result: { exitCode: number | null; stdout?: string; stderr?: string }) => {
    const whole = { argv: ["a"], stdout: "", stderr: "", ...result };
    try {
      expectReached(whole, "Asking", { unreachable: /cannot contact/i, notFoundHint: "Look for it." });
      return "reached";
    } catch (error) {
      const { code, hint, transient } = error as { code: string; hint?: string; transient: boolean };
      return [code, hint === "Look for it." ? "hint" : "", transient ? "transient" : ""].filter(Boolean).join(" ");
    }
  };

  it("tells an answer from none, whatever it says", () => {
    const none = "HPCNB_SCHEDULER_UNREACHABLE transient";
    expect(reached({ exitCode: 0, stderr: "cannot contact" })).to.equal("reached");
    expect(reached({ exitCode: 1, stderr: "no such job" })).to.equal("reached");
    expect(reached({ exitCode: 1, stdout: "Welcome\nCannot contact the server\n" })).to.equal(none);
    expect(reached({ exitCode: 1 })).to.equal(none);
    expect(reached({ exitCode: null, stderr: "half of" })).to.equal(none);
    expect(reached({ exitCode: 137, stderr: "Killed" })).to.equal(none);
    expect(reached({ exitCode: 255, stderr: "unknown option" })).to.equal("reached");
    expect(reached({ exitCode: 127, stderr: "not found" })).to.equal("HPCNB_SCHEDULER_UNREACHABLE hint");
  });

  it("joins tasks in any order, and takes jobs of two names for two jobs", () => {
    const jobs = new JoinedJobs();
    const what = { state: "queued", native: "qw" } as const;
    jobs.add({ id: "1", name: "a", isArray: true }, [{ first: 3, last: 4, ...what }]);
    jobs.add({ id: "2", name: "b", isArray: false }, [{ first: 1, last: 1, ...what }]);
    jobs.add({ id: "1", name: "a", isArray: true }, [{ first: 1, last: 2, ...what }]);
    jobs.add({ id: "1", name: "c", isArray: false }, [{ first: 1, last: 1, ...what, state: "running" }]);
    expect(jobs.all()).to.deep.equal([
      { id: "1", name: "a", ...what, tasks: [{ first: 1, last: 4, ...what }] },
      { id: "2", name: "b", ...what },
      { id: "1", name: "c", ...what, state: "running" },
    ]);
  });

  it("keeps the end of a long name", () => {
    expect(plainName(`${"ä b".repeat(100)}-engines-0123456789`)).to.match(/^[\w-]{1,200}-engines-0123456789$/);
    expect(plainName("")).to.equal("_");
  });

  it("leaves a name as it is where that is plain", () => {
    expect(plainName("7_samples+v1.2=b-notebook")).to.equal("7_samples+v1.2=b-notebook");
    expect(plainName("Größe\n| 測定")).to.equal("Gr_e_");
    expect(plainName(`${"x".repeat(500)}-notebook-k3j9x0q2ab`)).to.match(/^x{180}-notebook-k3j9x0q2ab$/);
  });
});
