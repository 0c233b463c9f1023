import { supplement } from "@hpcnb/core";
import { expect } from "chai";
import { until } from "../../../test/support/until.js";
import { createMachine, type Machine } from "./machine.js";

/** What core makes for a scheduler that lacks arrays, with jobs that really run. */
describe("arrays that are made of single jobs", function () {
  this.timeout("2m");
  let machine: Machine;
  beforeEach(async () => {
    machine = await createMachine();
  });
  afterEach(() => machine.dispose());

  it("run each task once with its number and its output, and end one by one", async () => {
    const scheduler = supplement(machine.scheduler, { name: "local", lacks: ["arrays"] });
    const script = `echo "task $${scheduler.taskVariable}"; exec sleep 600`;
    const id = await scheduler.submit(machine.job(script, { tasks: 3 }));
    const said = () => Promise.all([1, 2, 3].map((task) => machine.read(`out.${task}`).catch(() => "")));
    await until(async () => (await said()).every((text) => text !== ""));
    expect(await said()).to.deep.equal(["task 1\n", "task 2\n", "task 3\n"]);

    const left = async () => {
      const jobs = await scheduler.status();
      expect(jobs.map((job) => job.id)).to.deep.equal([id]);
      return jobs[0]?.tasks?.flatMap(({ first, last }) => [first, last]) ?? [];
    };
    await scheduler.cancel([{ id, tasks: [{ first: 1, last: 1 }] }]);
    await until(async () => !(await left()).includes(1));
    expect(new Set(await left())).to.deep.equal(new Set([2, 3]));
    await scheduler.cancel([id]);
    await until(async () => (await scheduler.status()).length === 0);
  });
});
