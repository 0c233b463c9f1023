import { bringUp, Tracker, takeDown } from "@hpcnb/core/session";
import { expect } from "chai";
import { directory, failure, observed, SimulatedSession, scaleTo, up } from "./support/simulated-session.js";

const path = `${directory}/.hpcnb/session.json`;

/** A session that runs, and whose record was lost: what a new command sees, and can do. */
describe("life cycle without its record", () => {
  const losses: Record<string, (world: SimulatedSession) => void> = {
    gone: (world) => world.host.remove(path),
    truncated: (world) => world.host.files.set(path, world.host.files.get(path)?.slice(0, 300) ?? ""),
    "of zeros": (world) => world.host.files.set(path, "\0".repeat(700)),
    null: (world) => world.host.files.set(path, "null"),
  };
  for (const [what, lose] of Object.entries(losses)) {
    describe(`that is ${what}`, () => {
      let world: SimulatedSession;
      beforeEach(async () => {
        world = new SimulatedSession();
        await up(world);
        lose(world);
      });

      it("is lost, with its jobs", async () => {
        const { phase, strays } = await observed(world);
        expect(phase).to.equal("lost");
        expect(strays?.own.map(({ role }) => role)).to.deep.equal(["notebook", "controller", "engines"]);
      });

      it("is not started a second time", async () => {
        const error = await failure(up(world));
        expect(error.code).to.equal("HPCNB_STATE_UNREADABLE");
        expect(error.message).to.match(/Jobs of the session exist without it: 1 \(demo-notebook-/);
        expect(error.hint).to.include("hpcnb down");
        expect(world.scheduler.control.jobs).to.have.length(3);
        expect((await failure(scaleTo(world, { engines: 2 }))).message).to.equal(error.message);
      });

      it("is ended by down, also where the first answers leave jobs out, and can be started again", async () => {
        for (const id of ["1", "2", "3"]) world.scheduler.control.omit(id, 1);
        const result = await world.clock.run(takeDown(world.context()));
        expect(result?.cancelled).to.equal(3);
        expect(result?.lost).to.be.a("string");
        expect(await world.listed()).to.deep.equal([]);
        expect(world.connected).to.equal(false);
        expect(await world.clock.run(takeDown(world.context()))).to.equal(undefined);
        expect((await up(world)).state.phase).to.equal("up");
      });

      it("is not taken for ended while the scheduler gives no answer", async () => {
        world.scheduler.control.loseAnswers(100);
        expect((await failure(world.clock.run(takeDown(world.context())))).code).to.equal(
          "HPCNB_SCHEDULER_UNREACHABLE",
        );
        expect((await failure(up(world))).code).to.equal("HPCNB_SCHEDULER_UNREACHABLE");
        world.scheduler.control.loseAnswers(0);
        expect(await world.listed()).to.have.length(3);
      });
    });
  }

  it("is found by what this machine remembers when all of .hpcnb is gone", async () => {
    const world = new SimulatedSession();
    const { state } = await up(world);
    world.host.remove(`${directory}/.hpcnb`);
    const remembered = [{ run: state.record?.run.id ?? "", directory }];
    expect((await failure(world.clock.run(bringUp({ ...world.context(), remembered })))).code).to.equal(
      "HPCNB_STATE_UNREADABLE",
    );
    expect((await world.clock.run(takeDown({ ...world.context(), remembered })))?.cancelled).to.equal(3);
    expect(await world.listed()).to.deep.equal([]);
  });

  it("leaves jobs alone that may be another folder's, and says which", async () => {
    const world = new SimulatedSession();
    await up(world);
    world.host.remove(`${directory}/.hpcnb`);
    const error = await failure(world.clock.run(takeDown(world.context())));
    expect(error.code).to.equal("HPCNB_NOT_STOPPED");
    expect(error.message).to.match(/nothing here tells whether they belong to this folder: 1 \(demo-notebook-/);
    expect(await world.listed()).to.have.length(3);
    const notes: string[] = [];
    await world.clock.run(bringUp({ ...world.context(), note: (text) => notes.push(text) }));
    expect(notes.join()).to.include("nothing here tells");
    expect(world.scheduler.control.jobs).to.have.length(6);
  });

  it("leaves jobs alone that are known to be another folder's, without a word", async () => {
    const world = new SimulatedSession();
    const { state } = await up(world);
    world.host.remove(`${directory}/.hpcnb`);
    const remembered = [{ run: state.record?.run.id ?? "", directory: "/home/alice/other" }];
    expect(await world.clock.run(takeDown({ ...world.context(), remembered }))).to.equal(undefined);
    expect(await world.listed()).to.have.length(3);
  });

  it("is ended with the run of an older record that has taken its place", async () => {
    const world = new SimulatedSession();
    await up(world);
    const older = world.host.files.get(path) ?? "";
    for (const id of ["1", "2", "3"]) world.scheduler.control.vanish(id);
    await world.clock.advance(60_000);
    await up(world);
    world.host.files.set(path, older);
    expect((await world.clock.run(takeDown(world.context())))?.cancelled).to.equal(3);
    expect(await world.listed()).to.deep.equal([]);
  });

  it("starts again at once where no job of a damaged record is left", async () => {
    const world = new SimulatedSession();
    await up(world);
    for (const id of ["1", "2", "3"]) world.scheduler.control.vanish(id);
    await world.clock.advance(60_000);
    world.host.files.set(path, "{");
    expect((await up(world)).state.phase).to.equal("up");
    expect(world.host.files.get(`${path}.damaged`)).to.equal("{");
  });

  it("leaves a newer hpcnb's record to that", async () => {
    const world = new SimulatedSession();
    world.host.files.set(path, '{"format":2}');
    expect((await failure(up(world))).message).to.match(/was written by a newer hpcnb\.$/);
    expect(world.scheduler.control.jobs).to.have.length(0);
    expect(world.host.files.get(path)).to.equal('{"format":2}');
  });

  describe("in a copy of its folder", () => {
    const copy = "/home/alice/copy";
    async function copied(): Promise<SimulatedSession> {
      const world = new SimulatedSession();
      await up(world);
      for (const [name, text] of [...world.host.files])
        world.host.files.set(name.replace(`${directory}/`, `${copy}/`), text);
      world.moveTo(copy);
      return world;
    }

    it("is the other folder's, whatever is left of the copied record", async () => {
      for (const record of ["whole", "gone"]) {
        const world = await copied();
        if (record === "gone") world.host.remove(`${copy}/.hpcnb/session.json`);
        const tracker = new Tracker(world.context(), copy);
        await world.clock.run(tracker.observe());
        expect(tracker.state.phase, record).to.equal("absent");
        const result = await world.clock.run(takeDown(world.context()));
        if (record === "whole") expect(result?.lost).to.include(`is a copy of ${directory}`);
        else expect(result).to.equal(undefined);
        expect(await world.listed()).to.have.length(3);
      }
    });

    it("starts one of its own beside it", async () => {
      const world = await copied();
      const { state } = await up(world);
      expect(state.record?.run.directory).to.match(/^\/home\/alice\/copy\//);
      expect(world.scheduler.control.jobs).to.have.length(6);
      expect((await world.clock.run(takeDown(world.context())))?.cancelled).to.equal(3);
      expect(await world.listed()).to.have.length(3);
    });

    it("is found where the folder was moved, and by one copy only", async () => {
      const world = await copied();
      world.host.remove(directory);
      const { state } = await up(world);
      expect(world.scheduler.control.jobs).to.have.length(3);
      const remembered = [{ run: state.record?.run.id ?? "", directory: copy }];
      const second = "/home/alice/second";
      for (const [name, text] of [...world.host.files])
        world.host.files.set(name.replace(`${copy}/`, `${second}/`), text);
      world.moveTo(second);
      const result = await world.clock.run(takeDown({ ...world.context(), remembered }));
      expect(result?.lost).to.include(`is a copy of ${copy}`);
      expect(await world.listed()).to.have.length(3);
    });
  });
});
