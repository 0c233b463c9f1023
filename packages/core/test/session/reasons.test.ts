import { type SessionState, Tracker } from "@hpcnb/core/session";
import { expect } from "chai";
import { directory, SimulatedSession, up } from "./support/simulated-session.js";

describe("why jobs wait", () => {
  it("is asked of an array too while some of its tasks run, and no longer told once all run", async () => {
    const world = new SimulatedSession({ slots: 6 }, { engines: 4, minimum: 1 });
    world.scheduler.control.setBusy(2);
    await up(world);
    const tracker = new Tracker(world.context(), directory);
    await world.clock.run(tracker.observe());
    const { requests } = world.scheduler.control;
    const before = requests.explain;
    await world.clock.run(tracker.askWhy());
    expect(reasonsIn(tracker.state)).to.deep.equal([undefined, undefined, "needs 1 slots, and 0 are free"]);
    expect(requests.explain).to.equal(before + 1);

    world.scheduler.control.setBusy(0);
    await world.clock.run(tracker.askScheduler());
    expect(tracker.state.engines).to.include({ running: 4, queued: 0 });
    expect(reasonsIn(tracker.state)).to.deep.equal([undefined, undefined, undefined]);
    await world.clock.run(tracker.askWhy());
    expect(requests.explain).to.equal(before + 1);
  });
});

function reasonsIn({ jobs: { notebook, controller, engines } }: SessionState): (string | undefined)[] {
  return [notebook, controller, ...engines].map((job) => job?.status?.reason);
}
