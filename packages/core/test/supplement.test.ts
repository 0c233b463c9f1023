import { createMockScheduler } from "@hpcnb/adapter-mock";
import { type JobSpec, type SchedulerFeature, supplement } from "@hpcnb/core";
import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";

const job: JobSpec = {
  name: "a",
  script: "#!/bin/sh\n",
  workingDirectory: "/d",
  output: "/d/out",
  resources: { cores: 1, native: [] },
};

/** A job that asks for one thing more. */
const asking: [SchedulerFeature, Partial<JobSpec>][] = [
  ["tasksAtOnce", { tasks: 2, tasksAtOnce: 1 }],
  ["cores", { resources: { cores: 2 } }],
  ["memory", { resources: { memory: 1 } }],
  ["walltime", { resources: { walltimeSeconds: 1 } }],
  ["queue", { resources: { queue: "all.q" } }],
  ["native", { resources: { native: ["-x"] } }],
];

describe("a scheduler that lacks something", () => {
  const clock = new SimulatedClock();
  const scheduler = createMockScheduler({ clock });

  for (const [feature, more] of asking)
    it(`is not asked for it, and says so in words: ${feature}`, async () => {
      const lacking = supplement(scheduler, { name: "acme", lacks: [feature] });
      const words = /^The scheduler acme .+: leave out (atOnce|resources\.\w+)\.$/;
      expect(() => lacking.render({ ...job, ...more })).to.throw(words);
      const before = scheduler.control.jobs.length;
      const error = await clock.run(lacking.submit({ ...job, ...more })).catch((reason) => reason);
      expect(error).to.include({ code: "HPCNB_SUBMIT_REJECTED", transient: false });
      expect(scheduler.control.jobs).to.have.length(before);
      for (const [other, rest] of asking) if (other !== feature) await clock.run(lacking.submit({ ...job, ...rest }));
      await clock.run(lacking.submit(job));
    });

  it("is the same object when it lacks nothing", () => {
    expect(supplement(scheduler, { name: "acme" })).to.equal(scheduler);
  });
});
