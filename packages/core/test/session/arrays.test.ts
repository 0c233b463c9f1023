import { lengthOf } from "@hpcnb/core";
import { type SessionState, scale, Tracker, takeDown, troubledEngines } from "@hpcnb/core/session";
import { expect } from "chai";
import { directory, SimulatedSession, scaleTo, up } from "./support/simulated-session.js";

describe("engines, for a scheduler with limits,", () => {
  it("are as many arrays as the scheduler's largest one makes necessary, in all that is done with it", async () => {
    const largest = { largestArray: 1_000, rejections: { maxTasks: 1_000 } };
    const world = new SimulatedSession(largest, {
      groups: [{ name: "engines", engines: 2_500, resources: {}, atOnce: 2_500 }],
      minimum: 2_500,
    });
    const arrays = (state: SessionState) =>
      state.record?.jobs.flatMap(({ array }) => (array ? [[array.first, lengthOf(array), array.atOnce]] : []));
    const { state } = await up(world);
    const first = [
      [1, 833, 833],
      [834, 833, 833],
      [1667, 834, 834],
    ];
    expect(arrays(state)).to.deep.equal(first);
    expect(state.engines).to.include({ asked: 2_500, running: 2_500, registered: 2_500 });
    expect(new Set(state.jobs.engines.map(({ record }) => record.name))).to.have.length(3);

    const [change] = await scaleTo(world, { engines: 3_700 });
    expect(change).to.include({ before: 2_500, wanted: 3_700, added: 1_200 });
    const more = await up(world);
    expect(more.state.engines).to.include({ asked: 3_700, registered: 3_700 });
    expect(
      arrays(more.state)
        ?.slice(3)
        .map(([from, tasks]) => [from, tasks]),
    ).to.deep.equal([
      [2501, 600],
      [3101, 600],
    ]);

    world.scheduler.control.finish("5", 1, 834);
    const broken = new Tracker(world.context(), directory);
    await world.clock.run(broken.observe());
    expect(troubledEngines(broken.state).map(({ engine }) => engine)).to.deep.equal([2_500]);
    expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 7 });
    expect(await world.listed()).to.deep.equal([]);
  });

  it("are not ended one by one where the scheduler cannot do that, but when they are idle", async () => {
    const world = new SimulatedSession({ slots: 4 }, { engines: 6, minimum: 1 });
    await up(world);
    const context = { ...world.context(), lacks: new Set(["cancelTasks"] as const) };
    const [change] = await world.clock.run(scale(context, () => ({ engines: 1 })));
    expect(change).to.include({ dismissed: 0, retiring: 5 });
    expect(world.targets).to.deep.equal([{ ranges: [[1, 6]], wanted: 1 }]);
    expect(await world.listed()).to.have.length(3);
  });

  it("are ended with their array there, once none of it is wanted", async () => {
    const world = new SimulatedSession({}, { engines: 2, minimum: 1 });
    await up(world);
    for (const number of [1, 2]) world.hear(world.clusterDirectory, number, "x");
    const context = { ...world.context(), lacks: new Set(["cancelTasks"] as const) };
    await world.clock.run(scale(context, () => ({ engines: 2 })));
    expect(await world.listed()).to.deep.equal(["1", "2", "4"]);
  });
});
