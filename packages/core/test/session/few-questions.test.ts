import type { Scheduler } from "@hpcnb/core";
import { expect } from "chai";
import { SimulatedSession, up } from "./support/simulated-session.js";

/** What an `up` asks. Over ssh each call costs round trips, and a scheduler has many users. */
describe("an up that waits", () => {
  const cases = [
    { queueWait: 0, startTime: 0, host: 11, scheduler: 2 },
    { queueWait: 0, startTime: 6, host: 23, scheduler: 5 },
    { queueWait: 60, startTime: 5, host: 49, scheduler: 13 },
    { queueWait: 3600, startTime: 60, host: 450, scheduler: 200 },
  ];
  for (const { queueWait, startTime, host, scheduler } of cases) {
    it(`for ${queueWait} s in the queue and ${startTime} s at the start asks few questions`, async () => {
      const world = new SimulatedSession({ queueWait, startTime });
      const calls = { host: 0, scheduler: 0 };
      world.host.beforeEach = () => {
        calls.host += 1;
      };
      const counted: Scheduler = Object.assign(Object.create(world.scheduler), {
        status: (signal?: AbortSignal) => {
          calls.scheduler += 1;
          return world.scheduler.status(signal);
        },
      });
      await up(world, {}, counted);
      expect(calls.host).to.be.at.most(host);
      expect(calls.scheduler).to.be.at.most(scheduler);
    });
  }
});
