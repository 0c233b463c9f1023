import { createMockScheduler } from "@hpcnb/adapter-mock";
import { defined, HpcnbError, type Scheduler } from "@hpcnb/core";
import {
  bringUp,
  connect,
  dryRun,
  lookAt,
  nameOfState,
  type SessionContext,
  scale,
  takeDown,
  waitForEngines,
} from "@hpcnb/core/session";
import { expect } from "chai";
import { failure, observed, SimulatedSession, scaleTo, up } from "./support/simulated-session.js";

/**
 * The life cycle on a simulated scheduler: what happens in hours, on bad days, and when commands
 * are killed.
 */
describe("life cycle on a simulated scheduler", () => {
  it("waits for hours in a queue and asks the scheduler only now and then", async () => {
    const world = new SimulatedSession({ queueWait: 4 * 3600 });
    const { state } = await up(world);
    expect(state.phase).to.equal("up");
    expect(state.engines).to.include({ asked: 4, running: 4, registered: 4 });
    expect(world.scheduler.control.requests).to.include({ submit: 3, cancel: 0 });
    expect(world.scheduler.control.requests.status).to.be.lessThan((4 * 3600) / 15 + 30);
  });

  it("can be rehearsed: what would be written and submitted is told, and nothing is done", async () => {
    const world = new SimulatedSession();
    const { files, jobs } = await world.clock.run(dryRun(world.context()));
    expect(files.filter((path) => path.endsWith("/secrets.record"))).to.have.length(1);
    expect(jobs).to.have.length(3);
    expect(jobs[2]?.command).to.include("demo-engines-");
    expect(jobs[2]?.script).to.match(/^#!/);
    expect(world.host.files.size).to.equal(0);
    expect(await world.listed()).to.deep.equal([]);
  });

  it("finds the session when called again, and submits nothing", async () => {
    const world = new SimulatedSession();
    const first = await up(world);
    const again = await up(world);
    expect(again.token).to.equal(first.token);
    expect(world.scheduler.control.requests.submit).to.equal(3);
  });

  it("submits in an order that a full cluster can serve", async () => {
    const world = new SimulatedSession({ slots: 3 }, { engines: 4, minimum: 1 });
    const { state } = await up(world);
    expect(state.phase).to.equal("up");
    expect(world.scheduler.control.jobs.map(({ spec }) => spec.name.split("-")[1])).to.deep.equal([
      "notebook",
      "controller",
      "engines",
    ]);
  });

  it("is up from the minimum on", async () => {
    const world = new SimulatedSession({}, { engines: 4, minimum: 2 });
    world.mute.add(1).add(3);
    expect((await up(world)).state.engines).to.include({ registered: 2, asked: 4 });
  });

  it("gives up on engines that run and never register, and says how many did", async () => {
    const world = new SimulatedSession();
    world.mute.add(2);
    const error = await failure(up(world));
    expect(error.code).to.equal("HPCNB_TIMEOUT");
    expect(error.message).to.include("3 of 4 are registered");
    expect(await world.listed()).to.have.length(3);
  });

  it("counts no time against engines in which they are suspended, and names what to do when they do not come back", async () => {
    const world = new SimulatedSession();
    const suspendedFor = 1_200_000;
    world.mute.add(2);
    const suspending: Scheduler = {
      ...world.scheduler,
      status: async (signal) => {
        const jobs = await world.scheduler.status(signal);
        if (world.clock.now() >= suspendedFor) {
          world.hear(world.clusterDirectory, 2, "x");
          return jobs;
        }
        return jobs.map(({ tasks, ...job }) => ({
          ...job,
          ...defined({ tasks: tasks?.map((task) => ({ ...task, state: "suspended" as const, native: "s" })) }),
        }));
      },
    };
    const error = await failure(up(world, {}, suspending));
    expect(error.code).to.equal("HPCNB_TIMEOUT");
    expect(world.clock.now()).to.be.greaterThan(suspendedFor + 180_000);
    expect(error.message).to.include("3 of 4 are registered (queued 0, running 4, suspended 0, failed 0, lost 1)");
    expect(error.hint).to.include("`hpcnb scale`");
  });

  it("stops waiting after the given time and leaves the jobs in the queue", async () => {
    const world = new SimulatedSession({ queueWait: 3600 });
    const error = await failure(up(world, { timeoutMs: 600_000 }));
    expect(error.code).to.equal("HPCNB_TIMEOUT");
    expect(error.message).to.match(/^After 6\d\d s still waiting for the notebook job 1 to start/);
    expect(await world.listed()).to.have.length(3);
    expect((await up(world)).state.phase).to.equal("up");
    expect(world.scheduler.control.requests.submit).to.equal(3);
  });

  it("goes on when the scheduler gives no answer for a long time", async () => {
    const world = new SimulatedSession({ queueWait: 60 });
    const waiting = bringUp(world.context());
    await world.clock.advance(5_000);
    world.scheduler.control.loseAnswers(Number.POSITIVE_INFINITY);
    await world.clock.advance(2 * 3600 * 1000);
    world.scheduler.control.loseAnswers(0);
    expect((await world.clock.run(waiting)).state.phase).to.equal("up");
    expect(world.scheduler.control.requests.submit).to.equal(3);
  });

  it("does not believe one incomplete answer", async () => {
    const world = new SimulatedSession({ queueWait: 600 });
    const waiting = bringUp(world.context());
    await world.clock.advance(30_000);
    world.scheduler.control.omit("1", 1);
    expect((await world.clock.run(waiting)).state.phase).to.equal("up");
  });

  it("adopts a job whose submission was carried out although no answer came", async () => {
    const world = new SimulatedSession();
    world.scheduler.control.loseAnswers(0);
    let submissions = 0;
    const flaky: Scheduler = {
      ...world.scheduler,
      submit: async (job, signal) => {
        submissions += 1;
        const id = await world.scheduler.submit(job, signal);
        if (submissions !== 2) return id;
        throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", "the connection was lost", { transient: true });
      },
    };
    expect((await failure(up(world, {}, flaky))).code).to.equal("HPCNB_SCHEDULER_UNREACHABLE");
    expect((await up(world)).state.phase).to.equal("up");
    expect(await world.listed()).to.have.length(3);
    expect(world.scheduler.control.jobs).to.have.length(3);
  });

  it("is ending after an interrupted down, and starts again with the next up once the rest is ended", async () => {
    const world = new SimulatedSession();
    const first = await up(world);
    const interruption = new AbortController();
    const interrupting: Scheduler = {
      ...world.scheduler,
      cancel: async (targets, signal) => {
        await world.scheduler.cancel(targets.slice(0, 1), signal);
        interruption.abort();
      },
    };
    const down = takeDown(world.context(interrupting), interruption.signal);
    expect((await failure(world.clock.run(down))).code).to.equal("HPCNB_ABORTED");
    const state = await observed(world);
    expect([state.phase, nameOfState(state)]).to.deep.equal(["stopping", "ending"]);
    const second = await up(world);
    expect(second.state.phase).to.equal("up");
    expect(second.state.record?.run.id).not.to.equal(first.state.record?.run.id);
    expect(await world.listed()).to.have.length(3);
    await world.clock.run(takeDown(world.context()));
    expect(nameOfState(await observed(world))).to.equal("ended by you");
  });

  it("leaves nothing when one of the jobs is rejected", async () => {
    const world = new SimulatedSession({ rejections: { maxTasks: 2 } });
    const error = await failure(up(world));
    expect(error.code).to.equal("HPCNB_SUBMIT_REJECTED");
    expect(await world.listed()).to.deep.equal([]);
    expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 0 });
  });

  it("ends everything when the notebook job is lost, and shows why and what it logged last", async () => {
    const world = new SimulatedSession({ queueWait: 600 });
    const waiting = bringUp(world.context());
    await world.clock.advance(30_000);
    const [notebook] = world.scheduler.control.jobs;
    world.host.files.set(notebook?.spec.output ?? "", "one\nModuleNotFoundError: no module\n");
    world.scheduler.control.fail("1", "cannot open output file");
    const error = await failure(world.clock.run(waiting));
    expect(error.code).to.equal("HPCNB_JOB_ENDED");
    expect(error.message).to.match(
      /The notebook job \(job 1\) is lost: the scheduler gave up on it \(\S+\): cannot open output file/,
    );
    expect(error.message).to.include("ModuleNotFoundError");
    expect(await world.listed()).to.deep.equal([]);
    expect(world.connected).to.equal(false);
  });

  it("starts again after the notebook job has ended, and not a second controller beside the old one", async () => {
    const world = new SimulatedSession();
    const first = await up(world);
    world.scheduler.control.finish("1", 0);
    const second = await up(world);
    expect(second.token).not.to.equal(first.token);
    expect(await world.listed()).to.deep.equal(["4", "5", "6"]);
  });

  it("says that another command ended the session, and not that a job was lost", async () => {
    const world = new SimulatedSession({ queueWait: 3600 });
    const waiting = bringUp(world.context());
    await world.clock.advance(30_000);
    const ended = takeDown(world.context());
    const error = await failure(world.clock.run(waiting));
    expect(await world.clock.run(ended)).to.deep.equal({ cancelled: 3 });
    expect(error.message).to.match(/^The session was ended meanwhile/);
  });

  it("is one session when two commands start it at once", async () => {
    const world = new SimulatedSession();
    const results = await world.clock.run(Promise.allSettled([bringUp(world.context()), bringUp(world.context())]));
    expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "fulfilled"]);
    expect(world.scheduler.control.jobs).to.have.length(3);
  });

  it("does not wait without end for a command that hangs with the lock held", async () => {
    const world = new SimulatedSession();
    await world.host.lock("/home/alice/project/.hpcnb/lock");
    expect((await failure(up(world))).code).to.equal("HPCNB_BUSY");
    expect(world.scheduler.control.jobs).to.have.length(0);
  });

  it("takes down only when the scheduler agrees, and says what is left otherwise", async () => {
    const world = new SimulatedSession({ stopTime: 1_000 });
    await up(world);
    const error = await failure(world.clock.run(takeDown(world.context())));
    expect(error.code).to.equal("HPCNB_NOT_STOPPED");
    expect(error.message).to.include("still lists 1 (demo-notebook-");
    await world.clock.advance(1_000_000);
    await world.clock.run(takeDown(world.context()));
    expect(await world.listed()).to.deep.equal([]);
  });

  it("gives up on a scheduler that goes away after one answer without the jobs, and says what is missing", async () => {
    const world = new SimulatedSession();
    await up(world);
    let isAway = false;
    const scheduler: Scheduler = Object.assign(Object.create(world.scheduler), {
      status: async (signal?: AbortSignal) => {
        if (isAway) throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", "no answer", { transient: true });
        const jobs = await world.scheduler.status(signal);
        isAway = jobs.length === 0;
        return jobs;
      },
    });
    const error = await failure(world.clock.run(takeDown(world.context(scheduler))));
    expect(error.code).to.equal("HPCNB_NOT_STOPPED");
    expect(error.message).to.include("no second answer");
    expect((await world.clock.run(takeDown(world.context())))?.cancelled).to.equal(0);
  });

  it("ends the jobs too that the notebook has submitted, and none of another session", async () => {
    const world = new SimulatedSession();
    await up(world);
    const { run } = JSON.parse(world.host.files.get("/home/alice/project/.hpcnb/session.json") ?? "");
    const job = { script: "#!/bin/sh\n", workingDirectory: "/", output: "/log", resources: {} };
    const names = [
      `demo-controller-${run.id}-a1b2c3`,
      `demo-engines-${run.id}-a1b2c3`,
      "demo-engines-0123456789-a1b2c3",
    ];
    const ids: string[] = [];
    for (const name of names) ids.push(await world.clock.run(world.scheduler.submit({ ...job, name })));
    expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 5 });
    expect(await world.listed()).to.deep.equal(ids.slice(2));
  });

  it("waits for a scheduler that is away before it says that all is down", async () => {
    const world = new SimulatedSession();
    await up(world);
    world.scheduler.control.loseAnswers(3);
    expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 3 });
  });

  it("refuses to touch another session in the same directory, and its own under another scheduler", async () => {
    const world = new SimulatedSession();
    await up(world);
    for (const change of [{ name: "other" }, { scheduler: { plugin: "local", options: {} } }]) {
      const context = { ...world.context(), session: { ...world.session, ...change } };
      for (const command of [bringUp, takeDown]) {
        expect((await failure(world.clock.run<unknown>(command(context)))).code).to.equal("HPCNB_OTHER_SESSION");
      }
    }
    expect(await world.listed()).to.have.length(3);
  });

  it("drives what runs by the scheduler options that it was started with, and says so", async () => {
    const world = new SimulatedSession();
    const own = { plugin: "mock", options: { cell: "a" } };
    const notes: string[] = [];
    const asked: unknown[] = [];
    world.session = { ...world.session, scheduler: own };
    await up(world);
    const changed = (): SessionContext => ({
      ...world.context(createMockScheduler({ clock: world.clock })),
      session: { ...world.session, scheduler: { plugin: "mock", options: { cell: "b" } } },
      schedulerFor: async (options) => {
        asked.push(options);
        return world.scheduler;
      },
      note: (text) => notes.push(text),
    });
    expect((await world.clock.run(connect(changed()))).tracker.state.phase).to.equal("up");
    expect((await world.clock.run(bringUp(changed()))).state.phase).to.equal("up");
    const answers: number[] = [];
    const observe: SessionContext["observe"] = (_, event) =>
      event.type === "jobs-listed" && answers.push(event.jobs.length);
    await world.clock.run(lookAt({ ...changed(), observe }));
    expect(answers).to.deep.equal([3]);
    expect(await world.clock.run(takeDown(changed()))).to.deep.equal({ cancelled: 3 });
    expect(await world.listed()).to.deep.equal([]);
    expect(new Set(asked.map((options) => JSON.stringify(options)))).to.deep.equal(new Set(['{"cell":"a"}']));
    expect(notes).to.have.length(4);
    expect(notes[0]).to.include('{"cell":"a"}').and.to.include('{"cell":"b"}');
  });

  it("starts again with the options of the file, after what ran was lost", async () => {
    const world = new SimulatedSession();
    await up(world);
    await world.clock.run(world.scheduler.cancel(await world.listed()));
    let submitted = 0;
    const submit: Scheduler["submit"] = (...request) => {
      submitted += 1;
      return world.scheduler.submit(...request);
    };
    const context = {
      ...world.context({ ...world.scheduler, submit }),
      session: { ...world.session, scheduler: { plugin: "mock", options: { cell: "b" } } },
    };
    expect((await world.clock.run(bringUp(context))).state.phase).to.equal("up");
    expect(submitted).to.equal(3);
  });

  it("connects to a notebook that runs, and starts nothing for it", async () => {
    const world = new SimulatedSession({ queueWait: 600 });
    const waiting = failure(up(world, { timeoutMs: 60_000 }));
    expect((await waiting).code).to.equal("HPCNB_TIMEOUT");
    const error = await failure(world.clock.run(connect(world.context())));
    expect(error).to.include({ code: "HPCNB_NO_SESSION" });
    expect(error.message).to.include('its state is "waiting in the queue"');

    const { token } = await up(world);
    await world.clock.run(world.disconnect());
    expect(world.connected).to.equal(false);
    expect((await world.clock.run(connect(world.context()))).token).to.equal(token);
    expect(world.connected).to.equal(true);
    expect(world.scheduler.control.requests.submit).to.equal(3);
  });

  it("is up without a tunnel on a submit node, where no browser is", async () => {
    const world = new SimulatedSession();
    const { state } = await world.clock.run(bringUp({ ...world.context(), connector: undefined }));
    expect(state.phase).to.equal("up");
    expect(state.connection).to.equal(undefined);
  });

  describe("scaled", () => {
    it("up, gets another array, numbered on, while everything else goes on", async () => {
      const world = new SimulatedSession();
      await up(world);
      const [change] = await scaleTo(world, { engines: 7 });
      expect(change).to.include({ before: 4, wanted: 7, added: 3, dismissed: 0, retiring: 0 });
      expect(world.scheduler.control.jobs.at(-1)?.spec).to.include({ tasks: 3 });
      const { state } = await up(world);
      expect(state.engines).to.include({ asked: 7, running: 7, registered: 7 });
      expect(await world.listed()).to.have.length(4);
    });

    it("can be waited for until all have registered, whatever the file's minimum is, and without a tunnel", async () => {
      const world = new SimulatedSession({ queueWait: 3600 }, { engines: 4, minimum: 1 });
      await up(world);
      await world.disconnect();
      await scaleTo(world, { engines: 7 });
      const { phase, engines } = await world.clock.run(waitForEngines(world.context()));
      expect(phase).to.equal("up");
      expect(engines).to.include({ asked: 7, registered: 7 });
      expect(world.connected).to.equal(false);
    });

    it("is not waited for longer than engines may take that run, nor where they are lost", async () => {
      const world = new SimulatedSession({}, { engines: 2, minimum: 1 });
      await up(world);
      world.mute.add(3);
      await scaleTo(world, { engines: 3 });
      const late = await failure(world.clock.run(waitForEngines(world.context())));
      expect(late.code).to.equal("HPCNB_TIMEOUT");
      expect(late.message).to.match(/^After \d+ s still waiting for engines: 2 of 3 are registered/);
      await world.scheduler.cancel([world.scheduler.control.jobs.at(-1)?.id ?? ""]);
      const lost = await failure(world.clock.run(waitForEngines(world.context())));
      expect(lost.code).to.equal("HPCNB_JOB_ENDED");
      expect(lost.message).to.match(/^Too few engines: 2 of 3 are left, and at least 3 must be there/);
    });

    it("down, takes those that wait first, and leaves the rest to the controller", async () => {
      const world = new SimulatedSession({ slots: 4 }, { engines: 6, minimum: 1 });
      await up(world);
      expect((await observed(world)).engines).to.include({ running: 2, queued: 4 });
      const [change] = await scaleTo(world, { engines: 1 });
      expect(change).to.include({ before: 6, wanted: 1, added: 0, dismissed: 4, retiring: 1 });
      expect((await observed(world)).engines).to.include({ asked: 1, running: 2, queued: 0, failed: 0 });
      expect(world.targets).to.deep.equal([{ ranges: [[1, 2]], wanted: 1 }]);
      world.hear(world.clusterDirectory, 2, "d");
      expect((await observed(world)).engines).to.include({ asked: 1, running: 1, registered: 1 });
      expect((await observed(world)).phase).to.equal("up");
    });

    it("to none is still up, and comes back", async () => {
      const world = new SimulatedSession();
      await up(world);
      await scaleTo(world, { engines: 0 });
      expect((await up(world)).state.engines).to.include({ asked: 0 });
      for (const number of [1, 2, 3, 4]) world.hear(world.clusterDirectory, number, "d");
      await scaleTo(world, { engines: 2 });
      expect((await up(world)).state.engines).to.include({ asked: 2, registered: 2 });
    });

    it("to as many as before, replaces engines that were lost", async () => {
      const world = new SimulatedSession();
      await up(world);
      for (const number of [2, 3]) world.hear(world.clusterDirectory, number, "x");
      const [change] = await scaleTo(world, { engines: 4 });
      expect(change).to.include({ before: 4, wanted: 4, added: 2, dismissed: 2 });
      // A lost one that comes back is not counted: no other is ended for it.
      const ranges = [
        [1, 1],
        [4, 6],
      ];
      expect(world.targets).to.deep.equal([{ ranges, wanted: 4 }]);
      expect((await up(world)).state.engines).to.include({ asked: 4, registered: 4, lost: 0, failed: 0 });
    });

    it("in one of several groups, leaves the others alone", async () => {
      const group = (name: string, engines: number) => ({ name, engines, resources: {}, atOnce: undefined });
      const world = new SimulatedSession({}, { groups: [group("cpu", 3), group("gpu", 1)], minimum: 4 });
      await up(world);
      const changes = await scaleTo(world, { gpu: 2 });
      expect(changes.map(({ group, added }) => [group, added])).to.deep.equal([
        ["cpu", 0],
        ["gpu", 1],
      ]);
      expect((await up(world)).state.engines).to.include({ asked: 5, registered: 5 });
    });

    it("is refused when more cannot be had, and everything stays as it was", async () => {
      const world = new SimulatedSession({ rejections: { maxTasks: 4 } });
      await up(world);
      const error = await failure(scaleTo(world, { engines: 40 }));
      expect(error.code).to.equal("HPCNB_SUBMIT_REJECTED");
      expect((await up(world)).state.engines).to.include({ asked: 4, registered: 4 });
      expect(await world.listed()).to.have.length(3);
    });

    it("changes nothing when the scheduler gives no answer", async () => {
      const world = new SimulatedSession();
      await up(world);
      world.scheduler.control.loseAnswers(2);
      expect((await failure(scaleTo(world, { engines: 9 }))).code).to.equal("HPCNB_SCHEDULER_UNREACHABLE");
      expect((await up(world)).state.engines).to.include({ asked: 4 });
    });

    it("says so when there is nothing to scale", async () => {
      const world = new SimulatedSession();
      const error = await failure(scaleTo(world, { engines: 9 }));
      expect(error.code).to.equal("HPCNB_NO_SESSION");
    });
  });

  describe("when the controller is lost", () => {
    it("gets another with new engines, and the notebook goes on", async () => {
      const world = new SimulatedSession();
      const first = await up(world);
      world.scheduler.control.finish("2", 1);
      const second = await up(world);
      expect(second.token).to.equal(first.token);
      expect(second.state.phase).to.equal("up");
      expect(second.state.record?.cluster?.generation).to.equal(2);
      expect(await world.listed()).to.deep.equal(["1", "4", "5"]);
      expect(world.clusterDirectory).to.match(/cluster-2$/);
    });

    it("keeps as many engines as were asked for last", async () => {
      const world = new SimulatedSession();
      await up(world);
      await scaleTo(world, { engines: 6 });
      world.scheduler.control.finish("2", 1);
      expect((await up(world)).state.engines).to.include({ asked: 6, registered: 6 });
    });
  });

  it("starts engines again when too few are left", async () => {
    const world = new SimulatedSession();
    await up(world);
    world.scheduler.control.finish("3", 1);
    for (const number of [1, 2, 3, 4]) world.hear(world.clusterDirectory, number, "x");
    expect((await observed(world)).phase).to.equal("degraded");
    expect((await up(world)).state.engines).to.include({ asked: 4, registered: 4, failed: 0 });
    expect(await world.listed()).to.deep.equal(["1", "2", "4"]);
  });

  describe("killed at any point and run again", () => {
    class Killed extends Error {}

    /**
     * Runs a command that dies before its operation number `last` (of the host and the scheduler
     * together); whether it did.
     */
    async function killed(
      world: SimulatedSession,
      last: number,
      command: (context: SessionContext) => Promise<unknown>,
    ): Promise<boolean> {
      let operations = 0;
      const step = () => {
        operations += 1;
        if (operations > last) throw new Killed();
      };
      world.host.beforeEach = step;
      const mortal: Scheduler = {
        ...world.scheduler,
        submit: async (job, signal) => {
          step();
          const id = await world.scheduler.submit(job, signal);
          step();
          return id;
        },
        status: async (signal) => {
          step();
          return world.scheduler.status(signal);
        },
        cancel: async (targets, signal) => {
          step();
          await world.scheduler.cancel(targets, signal);
          step();
        },
      };
      try {
        await world.clock.run(command(world.context(mortal)));
        return false;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        return true;
      } finally {
        world.host.beforeEach = () => {};
      }
    }

    it("is one session with three jobs, and goes down without a trace", async () => {
      let last = 0;
      for (; ; last += 1) {
        const world = new SimulatedSession();
        const wasKilled = await killed(world, last, (context) => bringUp(context));
        expect((await up(world)).state.phase, `killed before operation ${last + 1}`).to.equal("up");
        expect(await world.listed(), `killed before operation ${last + 1}`).to.have.length(3);
        await world.clock.run(takeDown(world.context()));
        expect(await world.listed()).to.deep.equal([]);
        if (!wasKilled) break;
      }
      expect(last).to.be.greaterThan(15);
    });

    it("while scaling up, is one more array", async () => {
      for (let last = 0; ; last += 1) {
        const world = new SimulatedSession();
        await up(world);
        const wasKilled = await killed(world, last, (context) => scale(context, () => ({ engines: 6 })));
        await scaleTo(world, { engines: 6 });
        const when = `killed before operation ${last + 1}`;
        expect((await up(world)).state.engines, when).to.include({ asked: 6, running: 6, registered: 6 });
        expect(await world.listed(), when).to.have.length(4);
        if (!wasKilled) break;
      }
    });

    it("while scaling down, ends at the number asked for", async () => {
      for (let last = 0; ; last += 1) {
        const world = new SimulatedSession({ slots: 4 }, { engines: 6, minimum: 1 });
        await up(world);
        const wasKilled = await killed(world, last, (context) => scale(context, () => ({ engines: 2 })));
        await scaleTo(world, { engines: 2 });
        const when = `killed before operation ${last + 1}`;
        expect((await observed(world)).engines, when).to.include({ asked: 2, running: 2, queued: 0, failed: 0 });
        if (!wasKilled) break;
      }
    });

    it("while a new cluster is started, has one controller and one array of it", async () => {
      for (let last = 0; ; last += 1) {
        const world = new SimulatedSession();
        await up(world);
        world.scheduler.control.finish("2", 1);
        const wasKilled = await killed(world, last, (context) => bringUp(context));
        const when = `killed before operation ${last + 1}`;
        expect((await up(world)).state.engines, when).to.include({ asked: 4, registered: 4 });
        expect(await world.listed(), when).to.have.length(3);
        if (!wasKilled) break;
      }
    });
  });
});
