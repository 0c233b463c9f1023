import { expectThrown, makeJob } from "@hpcnb/core/testing";
import { expect } from "chai";
import { submitArgv } from "../src/submit.js";

const argvOf = (changes: Parameters<typeof makeJob>[0]) => submitArgv(makeJob(changes));

describe("the sbatch command", () => {
  it("says everything that a default could change", () => {
    expect(argvOf({})).to.deep.equal([
      "sbatch",
      "--parsable",
      "--job-name=rnaseq-notebook-k3j9x0q2ab",
      "--chdir=/home/alice/projects/rnaseq",
      "--output=/home/alice/projects/rnaseq/.hpcnb/runs/k3j9x0q2ab/logs/notebook.log",
      "--export=NONE",
      "--propagate=NONE",
      "--no-requeue",
      "--nodes=1",
      "--ntasks=1",
    ]);
  });

  it("asks for what the job needs, in Slurm's units, and never for less", () => {
    const resources = {
      cores: 4,
      memory: 16 * 2 ** 30 + 1,
      walltimeSeconds: 90_061,
      queue: "long",
      options: { account: "genomics", qos: "high", constraint: "a100|h100", gpus: "a100:2" },
      native: ["--mail-type=END", "--time=5"],
    };
    expect(argvOf({ resources }).slice(10)).to.deep.equal([
      "--cpus-per-task=4",
      "--mem=16385M",
      "--time=25:01:01",
      "--partition=long",
      "--account=genomics",
      "--qos=high",
      "--constraint=a100|h100",
      "--gpus-per-node=a100:2",
      "--mail-type=END",
      "--time=5",
    ]);
  });

  it("makes an array, and limits how many of its tasks run at a time", () => {
    expect(argvOf({ tasks: 32 })).to.include("--array=1-32");
    expect(argvOf({ tasks: 32, tasksAtOnce: 8 })).to.include("--array=1-32%8");
    expect(argvOf({ tasksAtOnce: 8 }).join()).not.to.include("--array");
  });

  it("has output paths in which only the task is replaced", () => {
    const output = "/home/alice/100% %j/{task}.log";
    expect(argvOf({ output, tasks: 2 })).to.include("--output=/home/alice/100%% %%j/%a.log");
    expect(argvOf({ output })).to.include("--output=/home/alice/100%% %%j/{task}.log");
    expect(argvOf({ output: "/a\\b/%j.log" })).to.include("--output=/a\\\\b/%j.log");
    expectThrown(() => argvOf({ output: "/a\\b/{task}.log", tasks: 2 }), "HPCNB_SUBMIT_REJECTED");
  });

  it("is refused for another cluster, before anything is submitted", () => {
    for (const native of [["-M", "other"], ["-Mother"], ["--clusters=other"], ["--cluster", "other"]])
      expectThrown(() => argvOf({ resources: { native } }), "HPCNB_SUBMIT_REJECTED");
  });
});
