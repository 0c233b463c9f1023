import { expectThrown, makeJob } from "@hpcnb/core/testing";
import { expect } from "chai";
import { submitArgv } from "../src/submit.js";

/** The value behind an option; undefined without it. */
function optionValue(argv: readonly string[], option: string): string | undefined {
  const at = argv.indexOf(option);
  return at < 0 ? undefined : argv[at + 1];
}

describe("the qsub command", () => {
  it("says everything that a site's defaults may say otherwise, and nothing that was not asked for", () => {
    const job = makeJob();
    expect(submitArgv(job, {})).to.deep.equal([
      "qsub",
      "-terse",
      ...["-b", "n", "-C", ""],
      ...["-N", job.name, "-wd", job.workingDirectory, "-o", job.output, "-j", "y"],
      ...["-i", "/dev/null", "-now", "n", "-r", "n", "-S", "/bin/bash"],
    ]);
  });

  it("asks for all resources, and gives native arguments the last word", () => {
    const resources = {
      cores: 4,
      memory: 16 * 1024 ** 3,
      walltimeSeconds: 90 * 3600 + 61,
      queue: "long.q",
      options: { parallelEnvironment: "smp", consumables: { gpu: 1, matlab: 2 } },
      native: ["-P", "genomics", "-q", "other.q"],
    };
    const argv = submitArgv(makeJob({ resources, tasks: 32 }), { memoryResource: "h_vmem" });
    expect(argv.slice(argv.indexOf("-t"))).to.deep.equal([
      ...["-t", "1-32", "-pe", "smp", "4", "-l", "h_rt=90:01:01", "-l", "h_vmem=4G"],
      ...["-l", "gpu=1", "-l", "matlab=2", "-q", "long.q"],
      ...["-P", "genomics", "-q", "other.q"],
    ]);
  });

  it("lets no more tasks of an array run at once than was asked for", () => {
    expect(optionValue(submitArgv(makeJob({ tasks: 9, tasksAtOnce: 4 }), {}), "-tc")).to.equal("4");
    expect(submitArgv(makeJob({ tasks: 9 }), {})).not.to.include("-tc");
  });

  it("counts memory for the slot or for the job, in a unit that is exact", () => {
    const memory = (bytes: number, cores: number, memoryPer: "slot" | "job") =>
      optionValue(
        submitArgv(makeJob({ resources: { memory: bytes, cores, options: { parallelEnvironment: "smp" } } }), {
          memoryResource: "mem_free",
          memoryPer,
        }),
        "-l",
      );
    expect(memory(2 ** 30, 4, "slot")).to.equal("mem_free=256M");
    expect(memory(2 ** 30, 4, "job")).to.equal("mem_free=1G");
    expect(memory(2 ** 40, 1, "slot")).to.equal("mem_free=1024G");
    expect(memory(3 * 2 ** 10, 1, "slot")).to.equal("mem_free=3K");
    // Rounded up: a job never gets less than it asked for.
    expect(memory(2 ** 30, 3, "slot")).to.equal("mem_free=357913942");
  });

  it("runs the script with the interpreter of its first line", () => {
    const interpreter = (script: string) => optionValue(submitArgv(makeJob({ script }), {}), "-S");
    expect(interpreter("#!/bin/cat\n")).to.equal("/bin/cat");
    expect(interpreter("#! /bin/sh")).to.equal("/bin/sh");
    expect(interpreter("#!/bin/bash -l\n")).to.equal("/usr/bin/env");
    expect(interpreter("#!/usr/bin/env python3\n")).to.equal("/usr/bin/env");
    expect(interpreter("#!/usr/bin/env bash\n-x")).to.equal("/bin/bash");
    expect(expectThrown(() => interpreter("echo hello\n"), "HPCNB_SUBMIT_REJECTED").message).to.include("#!");
  });

  it("is not made for what Grid Engine cannot do", () => {
    const reject = (changes: object) => expectThrown(() => submitArgv(makeJob(changes), {}), "HPCNB_SUBMIT_REJECTED");
    const cores = reject({ resources: { cores: 4 } });
    expect(cores.message).to.include("4 cores").and.to.include("parallel environment");
    expect(cores.hint).to.include("resources.options.parallelEnvironment");
    expect(reject({ resources: { memory: 2 ** 30 } }).hint).to.include("scheduler.options.memoryResource");
    expect(reject({ workingDirectory: "/home/a\nb" }).message)
      .to.include("line break")
      .and.to.include("/home/a\\nb");
  });
});
