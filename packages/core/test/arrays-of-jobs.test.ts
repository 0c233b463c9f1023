import { execFileSync } from "node:child_process";
import { createMockScheduler } from "@hpcnb/adapter-mock";
import { HpcnbError, type JobSpec, type Scheduler, supplement } from "@hpcnb/core";
import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";

const array: JobSpec = {
  name: "an-array",
  script: '#!/bin/sh\necho "task $HPCNB_TASK_ID"\n',
  workingDirectory: "/d",
  output: "/d/{task}.log",
  resources: {},
  tasks: 3,
};

describe("arrays of single jobs", () => {
  const simulate = (changes: (right: Scheduler) => Partial<Scheduler> = () => ({})) => {
    const right = createMockScheduler({ clock: new SimulatedClock() });
    const scheduler = supplement({ ...right, ...changes(right) }, { name: "acme", lacks: ["arrays"] });
    return { scheduler, control: right.control };
  };

  it("give each job its number, its output and a name that says where it belongs", async () => {
    const { scheduler, control } = simulate();
    const id = await scheduler.submit(array);
    expect(control.jobs.map(({ spec }) => [spec.name, spec.output, spec.tasks])).to.deep.equal([
      ["an-array-task--1", "/d/1.log", undefined],
      [`an-array-task-${id}-2`, "/d/2.log", undefined],
      [`an-array-task-${id}-3`, "/d/3.log", undefined],
    ]);
    const said = control.jobs.map(({ spec }) => execFileSync("sh", ["-s"], { input: spec.script, encoding: "utf8" }));
    expect(said).to.deep.equal(["task 1\n", "task 2\n", "task 3\n"]);
    expect(scheduler.taskVariable).to.equal("HPCNB_TASK_ID");
  });

  it("are one array when the first job is gone, and jobs of other names are not in it", async () => {
    const { scheduler, control } = simulate();
    const id = await scheduler.submit(array);
    await scheduler.submit({ ...array, name: "another", tasks: 1 });
    control.finish(id);
    const [first, other] = await scheduler.status();
    expect(first).to.deep.include({ id, name: "an-array" });
    expect(first?.tasks?.map((run) => [run.first, run.last])).to.deep.equal([
      [2, 2],
      [3, 3],
    ]);
    expect(other?.name).to.equal("another");
  });

  it("leave nothing when one of the jobs is rejected", async () => {
    const { scheduler, control } = simulate(({ submit }) => ({
      submit: async (job, signal) => {
        if (job.name.endsWith("-3")) throw new HpcnbError("HPCNB_SUBMIT_REJECTED", "No more.");
        return submit(job, signal);
      },
    }));
    const error = await scheduler.submit(array).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_SUBMIT_REJECTED", message: "No more." });
    expect(control.jobs).to.have.length(2);
    expect(await scheduler.status()).to.deep.equal([]);
  });

  it("are refused where a script could not be told its number", async () => {
    const { scheduler } = simulate();
    const error = await scheduler.submit({ ...array, script: "#!/usr/bin/python3\n" }).catch((reason) => reason);
    expect(error).to.include({ code: "HPCNB_SUBMIT_REJECTED" });
  });

  it("are no commands for jobs, and a limit on how many run is refused", () => {
    const { scheduler } = simulate(() => ({
      commands: { submit: () => ({ argv: [] }), cancel: () => ({ argv: [] }), idPattern: "" },
    }));
    expect(scheduler.commands).to.equal(undefined);
    expect(() => scheduler.render({ ...array, tasksAtOnce: 1 })).to.throw("leave out atOnce");
  });
});
