import { bringUp, nameOfState, takeDown } from "@hpcnb/core/session";
import { expect } from "chai";
import { failure, observed, SimulatedSession, up } from "./support/simulated-session.js";

/** The same ends, told by the scheduler's list, by its history, or by both. */
const tellers = {
  "the list": { keepFinished: 3600, keepHistory: false },
  "the history": { keepFinished: 0, keepHistory: true },
  "the list and the history": { keepFinished: 3600, keepHistory: true },
};

describe("the end of a notebook job", () => {
  for (const [teller, options] of Object.entries(tellers)) {
    it(`is told with its reason by ${teller}`, async () => {
      const world = new SimulatedSession(options);
      await up(world);
      world.scheduler.control.preempt("1");
      const state = await observed(world);
      expect(state.loss).to.include({ how: "preempted", why: "it had to make room for other jobs" });
      expect(nameOfState(state)).to.equal("preempted");
      const steps: string[] = [];
      await up(world, { onStep: (_: string, text: string) => steps.push(text) });
      expect(steps).to.deep.equal(["the last run was preempted: it had to make room for other jobs"]);
    });
  }

  it("is told by its exit code where nothing else is told", async () => {
    const world = new SimulatedSession({ keepFinished: 3600, keepHistory: false });
    await up(world);
    world.scheduler.control.finish("1", 7);
    expect((await observed(world)).loss?.why).to.equal("it has ended with exit code 7");
  });
});

describe("a job that the scheduler puts back into its queue", () => {
  it("is lost as a notebook, and another one takes its place", async () => {
    const world = new SimulatedSession();
    await up(world);
    world.scheduler.control.setBusy(Number.MAX_SAFE_INTEGER);
    world.scheduler.control.requeue("1");
    const state = await observed(world);
    expect([state.phase, state.loss?.how, nameOfState(state)]).to.deep.equal([
      "failed",
      "requeued",
      "put back into the queue",
    ]);
    world.scheduler.control.setBusy(0);
    const again = await observed(world);
    expect([again.phase, again.jobs.notebook?.status?.state]).to.deep.equal(["failed", "running"]);
    const second = await up(world);
    expect(second.state.record?.run.id).not.to.equal(state.record?.run.id);
    expect(await world.listed()).to.have.length(3);
  });

  it("ends a session that waits for its engines, and says why", async () => {
    const world = new SimulatedSession({}, { engines: 2 });
    world.mute.add(2);
    const waiting = bringUp(world.context());
    await world.clock.advance(10_000);
    world.scheduler.control.setBusy(Number.MAX_SAFE_INTEGER);
    world.scheduler.control.requeue("1");
    const error = await failure(world.clock.run(waiting));
    expect(error.message).to.match(/^The notebook job \(job 1\) is lost: the scheduler has put it back into the queue/);
    expect(await world.listed()).to.deep.equal([]);
  });

  it("is lost as a controller, and the notebook goes on with a new cluster", async () => {
    const world = new SimulatedSession();
    await up(world);
    world.scheduler.control.setBusy(Number.MAX_SAFE_INTEGER);
    world.scheduler.control.requeue("2");
    expect((await observed(world)).loss).to.include({ role: "controller", how: "requeued" });
    world.scheduler.control.setBusy(0);
    const { state } = await up(world);
    expect(state.record?.cluster?.generation).to.equal(2);
    expect(state.engines).to.include({ asked: 4, registered: 4 });
  });

  it("comes again as an engine", async () => {
    const world = new SimulatedSession({}, { engines: 4, minimum: 1 });
    await up(world);
    world.scheduler.control.setBusy(Number.MAX_SAFE_INTEGER);
    world.scheduler.control.requeue("3");
    const state = await observed(world);
    expect([state.loss, state.engines?.queued]).to.deep.equal([undefined, 4]);
  });

  it("is ended by `down` like any other", async () => {
    const world = new SimulatedSession();
    await up(world);
    world.scheduler.control.setBusy(Number.MAX_SAFE_INTEGER);
    world.scheduler.control.requeue("1");
    expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 3 });
  });
});
