import { defined } from "@hpcnb/core";
import { expectThrown, makeJob } from "@hpcnb/core/testing";
import { expect } from "chai";
import { outputPath as pathFor, workingDirectoryPath } from "../src/paths.js";

const outputPath = (output: string, workingDirectory = "/home/alice", tasks = 2) =>
  pathFor({ ...makeJob({ output, workingDirectory }), ...defined({ tasks: tasks > 1 ? tasks : undefined }) });

describe("an output path for Grid Engine", () => {
  it("has the number of the task filled in by Grid Engine", () => {
    expect(outputPath("/home/alice/logs/engine.{task}.log")).to.equal("/home/alice/logs/engine.$TASK_ID.log");
  });

  it("is as it is for a job that is no array", () => {
    expect(outputPath("/home/alice/{task}.log", "/home/alice", 1)).to.equal("/home/alice/{task}.log");
  });

  it("keeps dollars that mean nothing, and doubles those that Grid Engine would fill in", () => {
    expect(outputPath("/h/$a $ b$")).to.equal("/h/$a $ b$");
    expect(outputPath("/h/$HOME/$JOB_ID/$TASK_ID-{task}")).to.equal("/h/$$HOME/$$JOB_ID/$$TASK_ID-$TASK_ID");
    expect(outputPath("/h/$$")).to.equal("/h/$$$");
    expect(outputPath(["/h/$", "{task}"].join(""))).to.equal("/h/$$$TASK_ID");
  });

  it("has its dollars doubled in a working directory, too", () => {
    expect(workingDirectoryPath("/h/$HOME, $a: $$")).to.equal("/h/$$HOME, $a: $$$");
  });

  it("does not have a colon taken for the end of a host's name", () => {
    expect(outputPath("/h/at 10:30/log")).to.equal(":/h/at 10:30/log");
  });

  it("is given from its working directory when that has a comma", () => {
    expect(outputPath("/h/a, b/~logs/{task}", "/h/a, b")).to.equal("./~logs/$TASK_ID");
    expect(outputPath("/h/a b/log", "/h/a b")).to.equal("/h/a b/log");
  });

  it("is refused for a comma where the working directory has to be changed for its dollars", () => {
    expectThrown(() => outputPath("/h/a, $HOME/log", "/h/a, $HOME"), "HPCNB_SUBMIT_REJECTED");
  });

  it("is refused where Grid Engine cannot have it", () => {
    const error = expectThrown(() => outputPath("/h/a,b/log"), "HPCNB_SUBMIT_REJECTED");
    expect(error.message).to.include("a comma").and.to.include('"/h/a,b/log"');
  });
});
