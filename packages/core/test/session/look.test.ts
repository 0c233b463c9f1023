import { HpcnbError, type Scheduler } from "@hpcnb/core";
import { lookAt } from "@hpcnb/core/session";
import { expect } from "chai";
import { failure, SimulatedSession, up } from "./support/simulated-session.js";

describe("a look at a session", () => {
  const instead = (world: SimulatedSession, status: Scheduler["status"]): Scheduler =>
    Object.assign(Object.create(world.scheduler), { status });

  it("asks the scheduler once, and before anything is known of the folder", async () => {
    const world = new SimulatedSession();
    await up(world);
    const order: string[] = [];
    world.host.beforeEach = () => order.push("host");
    const scheduler = instead(world, (signal) => {
      order.push("scheduler");
      return world.scheduler.status(signal);
    });
    const tracker = await world.clock.run(lookAt(world.context(scheduler)));
    expect(tracker.state.phase).to.equal("up");
    expect(order.indexOf("scheduler")).to.equal(0);
    expect(order.filter((name) => name === "scheduler")).to.have.length(1);
  });

  it("asks once more where a job is missing in the answer, as it is where it was submitted meanwhile", async () => {
    const world = new SimulatedSession();
    const early = world.scheduler.status();
    await world.clock.run(early);
    await up(world);
    let isFirst = true;
    const scheduler = instead(world, (signal) => {
      if (!isFirst) return world.scheduler.status(signal);
      isFirst = false;
      return early;
    });
    const tracker = await world.clock.run(lookAt(world.context(scheduler)));
    expect(tracker.state.phase).to.equal("up");
  });

  it("tells what is wrong with the folder first, and else that the scheduler is silent", async () => {
    const world = new SimulatedSession();
    await up(world);
    const silent = instead(world, async () => {
      throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", "No answer.", { transient: true });
    });
    const { state } = await world.clock.run(lookAt(world.context(silent)));
    expect(state.trouble).to.equal("No answer.");
    expect(state.record).not.to.equal(undefined);
    world.host.beforeEach = () => {
      throw new HpcnbError("HPCNB_DIRECTORY", "It is gone.");
    };
    expect(await failure(world.clock.run(lookAt(world.context(silent))))).to.include({ code: "HPCNB_DIRECTORY" });
  });
});
