import { spawnSync } from "node:child_process";
import { columnList, JoinedJobs, optionWords, plainName, siteCommand, stateWords, timeOfSeconds } from "@hpcnb/core";
import { makeResult } from "@hpcnb/core/testing";
import { expect } from "chai";
import { expectReached } from "../src/scheduler-errors.js";

describe("what dialects of schedulers share", () => {
  const reached = (result: { exitCode: number | null; stdout?: string; stderr?: string }) => {
    try {
      expectReached(makeResult(result), "Asking", { unreachable: /cannot contact/i, notFoundHint: "Look for it." });
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
    const jobs = new JoinedJobs("list");
    const what = { state: "queued", native: "qw" } as const;
    jobs.add({ id: "1", name: "a", tasks: "3-4", ...what });
    jobs.add({ id: "2", name: "b", ...what, host: undefined });
    jobs.add({ id: "1", name: "a", tasks: "1,2", ...what });
    jobs.add({ id: "1", name: "c", native: "", state: "running" });
    expect(jobs.all()).to.deep.equal([
      { id: "1", name: "a", ...what, tasks: [{ first: 1, last: 4, ...what }] },
      { id: "2", name: "b", ...what },
      { id: "1", name: "c", native: "(none)", state: "running" },
    ]);
    expect(() => jobs.add({ id: "3", name: "d", tasks: "1-...", ...what })).to.throw("list lists tasks of job 3");
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

  it("makes words of options that have a value", () => {
    const options = { "-q": "long", "--time=": "1:00:00", "-l a=b=": 2, "-pe": ["smp", 4], "-P": undefined };
    expect(optionWords(options)).to.deep.equal([..."-q long --time=1:00:00 -l a=b=2 -pe smp 4".split(" ")]);
    expect(optionWords({ "--output=": "/a b/c d=e", "-o": "" })).to.deep.equal(["--output=/a b/c d=e", "-o", ""]);
  });

  it("knows the words of its table for states, and no others", () => {
    const stateIn = stateWords({ queued: "WAITS", finished: "DONE FAILED" });
    expect(["WAITS", "FAILED", "DONE FAILED", "constructor", ""].map(stateIn)).to.deep.equal([
      ...["queued", "finished", "unknown", "unknown", "unknown"],
    ]);
  });

  it("reads the rows below a head, among other lines, and takes no part of a list for the whole", () => {
    const list = columnList({
      command: "list",
      columns: { id: "%i", name: "%n" },
      isHead: ({ id }) => id === "ID",
      isRow: ({ id }) => /^\d+$/.test(id),
    });
    expect(list.format).to.equal("hpcnb|%i|%n");
    expect(list.read("Welcome\nhpcnb|ID|NAME\nhpcnb|1|a|b\nhpcnb|2\nof a name\nhpcnb|3|\n")).to.deep.equal([
      { id: "1", name: "a|b" },
      { id: "3", name: "" },
    ]);
    expect(list.read("hpcnb|ID|NAME")).to.deep.equal([]);
    for (const text of ["", "hpcnb|1|a\n", "ID|NAME\n", "hpcnb|ID|NAME\nhpcnb|x|a\n"])
      expect(() => list.read(text), text).to.throw("list's answer was not understood");
  });

  it("knows times in whole seconds", () => {
    expect(timeOfSeconds("1764361902")).to.equal("2025-11-28T20:31:42Z");
    for (const text of ["N/A", "", "-1", "12345678901", "1.5"]) expect(timeOfSeconds(text), text).to.equal(undefined);
  });

  it("runs a command without the variables that would change it", () => {
    const unset = { drop: "ACME_* | OTHER_*", keep: "ACME_CONF" };
    const { argv, shown } = siteCommand({ unset, before: "export OTHER_OWN=1" }, ["env"]);
    expect(shown).to.deep.equal(["env"]);
    const env = { PATH: process.env.PATH, ACME_CONF: "/conf", ACME_A: "theirs", OTHER_B: "two\nlines", LC_ALL: "de" };
    const { stdout } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", env });
    const seen = stdout.split("\n").filter((line) => /^(ACME|OTHER|LC)_/.test(line));
    expect(seen).to.have.members(["ACME_CONF=/conf", "OTHER_OWN=1", "LC_ALL=C"]);
  });
});
