import type { Scheduler } from "@hpcnb/core";
import { pluginConformance, SimulatedClock, schedulerConformance } from "@hpcnb/core/testing";
import { expect } from "chai";
import mock from "../src/index.js";
import { simulatedFixture } from "./fixtures/simulated.js";

describe("adapter-mock", () => {
  schedulerConformance(
    { describe, it },
    {
      name: "the simulation, in a hurry",
      create: async () => simulatedFixture({ clock: new SimulatedClock() }),
      capabilities: { realJobs: false, commands: false },
    },
  );

  schedulerConformance(
    { describe, it },
    {
      name: "the simulation, as slow as a real cluster",
      create: async () =>
        simulatedFixture({
          clock: new SimulatedClock(),
          seed: 7,
          slots: 3,
          queueWait: [0, 30],
          startTime: [0, 5],
          stopTime: [0, 20],
          keepFinished: 10,
        }),
      capabilities: { realJobs: false, commands: false },
    },
  );

  schedulerConformance(
    { describe, it },
    {
      name: "the simulation, where each task is a job of its own",
      create: async () => {
        const fixture = simulatedFixture({ clock: new SimulatedClock(), slots: 4, queueWait: [0, 30] });
        const { submit } = fixture.scheduler;
        const scheduler: Scheduler = {
          ...fixture.scheduler,
          submit: async (job, signal) => (job.tasks === undefined ? submit(job, signal) : expect.fail("an array")),
        };
        return { ...fixture, scheduler };
      },
      capabilities: { realJobs: false, commands: false },
      lacks: ["arrays"],
    },
  );

  pluginConformance(
    { describe, it },
    { plugin: mock, kind: "scheduler", packageJson: new URL("../package.json", import.meta.url) },
  );
});
