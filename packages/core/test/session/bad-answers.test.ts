import { HpcnbError, type Scheduler } from "@hpcnb/core";
import { bringUp, Tracker, takeDown } from "@hpcnb/core/session";
import { expect } from "chai";
import { directory, failure, observed, SimulatedSession, scaleTo, up } from "./support/simulated-session.js";

const lock = `${directory}/.hpcnb/lock`;

/** Answers that come late or are not whole, and commands that get in each other's way. */
describe("life cycle, where nothing goes smoothly", () => {
  /** The session's record as it lies beside the notebooks. */
  const recordOf = (world: SimulatedSession) =>
    JSON.parse(world.host.files.get(`${directory}/.hpcnb/session.json`) ?? "");

  describe("with two commands", () => {
    it("leaves the next run alone that the other has started while the lock was waited for", async () => {
      const world = new SimulatedSession();
      world.mute.add(1);
      const waiting = failure(bringUp(world.context()));
      await world.clock.advance(20_000);
      const held = await world.host.lock(lock);
      world.scheduler.control.finish("1", 0);
      // Two answers without the job, and then it waits for the lock.
      await world.clock.advance(40_000);
      world.mute.clear();
      const withLock = Object.assign(Object.create(world.host), { lock: async () => ({ release: async () => {} }) });
      await world.clock.run(bringUp({ ...world.context(), host: withLock }));
      await held.release();
      expect((await world.clock.run(waiting)).message).to.match(/^The notebook job \(job 1\) is lost/);
      expect(recordOf(world).ended).to.equal(undefined);
      expect(await world.listed()).to.deep.equal(["4", "5", "6"]);
      expect(world.connected).to.equal(true);
    });

    it("waits for the run that the other has started", async () => {
      const world = new SimulatedSession();
      world.mute.add(1);
      const waiting = bringUp(world.context());
      await world.clock.advance(120_000);
      world.mute.clear();
      world.scheduler.control.finish("1", 0);
      const other = await up(world);
      expect((await world.clock.run(waiting)).token).to.equal(other.token);
      expect(await world.listed()).to.deep.equal(["4", "5", "6"]);
    });

    it("is up with as many engines as the other asks for meanwhile", async () => {
      const world = new SimulatedSession({ slots: 4 });
      const waiting = bringUp(world.context());
      await world.clock.advance(30_000);
      await scaleTo(world, { engines: 2 });
      const { state } = await world.clock.run(waiting);
      expect(state.engines).to.include({ asked: 2, registered: 2 });
    });

    it("ends the jobs also where the tunnel cannot be closed, and says so then", async () => {
      const world = new SimulatedSession();
      await up(world);
      const context = world.context();
      const deaf = new HpcnbError("HPCNB_TIMEOUT", "The keeper gave no answer.", { transient: true });
      const connector = context.connector && { ...context.connector, disconnect: () => Promise.reject(deaf) };
      const error = await failure(world.clock.run(takeDown({ ...context, connector })));
      expect(error).to.include({ code: "HPCNB_TIMEOUT", cause: deaf });
      expect(String(error)).to.include("The jobs are ended").and.to.include("The keeper gave no answer.");
      expect(await world.listed()).to.deep.equal([]);
      expect(recordOf(world).ended.why).to.equal("ended by `hpcnb down`");
    });
  });

  describe("with a scheduler that leaves jobs out of an answer", () => {
    it("does not call a session down that runs", async () => {
      const world = new SimulatedSession();
      await up(world);
      for (const id of ["1", "2", "3"]) world.scheduler.control.omit(id, 1);
      expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 3 });
      expect(await world.listed()).to.deep.equal([]);
    });

    it("calls a session down after a second look, which waits less where the jobs were listed and cancelled", async () => {
      const lookedAgain = async (meanwhile: (world: SimulatedSession) => void) => {
        const world = new SimulatedSession();
        await up(world);
        meanwhile(world);
        const empty: number[] = [];
        const status: Scheduler["status"] = async (signal) => {
          const jobs = await world.scheduler.status(signal);
          if (jobs.length === 0) empty.push(world.clock.now());
          return jobs;
        };
        const scheduler = Object.assign(Object.create(world.scheduler), { status });
        await world.clock.run(takeDown(world.context(scheduler)));
        expect(empty).to.have.length(2);
        return (empty[1] ?? 0) - (empty[0] ?? 0);
      };
      const all = await lookedAgain(() => {});
      const oneHadEnded = await lookedAgain((world) => world.scheduler.control.finish("2", 0));
      expect(all).to.be.greaterThan(0).and.to.be.below(oneHadEnded);
    });

    /** Loses the answer to the second submission, which is carried out. */
    async function halfSubmitted(): Promise<SimulatedSession> {
      const world = new SimulatedSession();
      const submit: Scheduler["submit"] = async (job, signal) => {
        const id = await world.scheduler.submit(job, signal);
        if (id !== "2") return id;
        throw new HpcnbError("HPCNB_SCHEDULER_UNREACHABLE", "no answer", { transient: true });
      };
      await failure(up(world, {}, { ...world.scheduler, submit }));
      world.scheduler.control.omit("2", 2);
      return world;
    }

    it("ends a job that it lists late, after a submission without an answer", async () => {
      const world = await halfSubmitted();
      expect(await world.clock.run(takeDown(world.context()))).to.deep.equal({ cancelled: 2 });
      expect(await world.listed()).to.deep.equal([]);
    });

    it("submits no job twice", async () => {
      const world = await halfSubmitted();
      expect((await up(world)).state.phase).to.equal("up");
      expect(world.scheduler.control.jobs).to.have.length(3);
    });
  });

  describe("with accounting that has another end under the job's number", () => {
    it("takes no job for gone that one answer does not list", async () => {
      const world = new SimulatedSession();
      await up(world);
      const history: Scheduler["history"] = async ({ id }) => ({ id, reason: "rescheduling" });
      const scheduler = { ...world.scheduler, history };
      for (const id of ["1", "2", "3"]) world.scheduler.control.omit(id, 1);
      const tracker = new Tracker(world.context(scheduler), directory);
      await world.clock.run(tracker.observe());
      expect(tracker.state.phase).to.equal("up");
      for (const id of ["1", "2", "3"]) world.scheduler.control.omit(id, 1);
      await up(world, {}, scheduler);
      expect(await world.listed()).to.deep.equal(["1", "2", "3"]);
    });
  });

  describe("with a scheduler that knows late how a job ended", () => {
    it("waits for its word, and tells it", async () => {
      const world = new SimulatedSession();
      world.mute.add(1);
      let ended = Number.POSITIVE_INFINITY;
      const history: Scheduler["history"] = async (job, signal) =>
        world.clock.now() < ended + 15_000 ? undefined : world.scheduler.history(job, signal);
      const waiting = failure(bringUp(world.context({ ...world.scheduler, history })));
      await world.clock.advance(10_000);
      world.scheduler.control.finish("1", 28);
      ended = world.clock.now();
      const error = await world.clock.run(waiting);
      expect(error.message).to.include("The notebook job (job 1) is lost: it has ended with exit code 28");
      expect(recordOf(world).ended.why).to.equal("it has ended with exit code 28");
    });

    it("says after a while that it does not tell", async () => {
      const world = new SimulatedSession();
      world.mute.add(1);
      const waiting = failure(bringUp(world.context()));
      await world.clock.advance(10_000);
      world.scheduler.control.vanish("1");
      expect((await world.clock.run(waiting)).message).to.include("does not tell how it ended");
    });

    it("is not believed about an array because some of its tasks have ended", async () => {
      const world = new SimulatedSession();
      await up(world);
      // Task 1 has ended, the others run on, and one answer lists none of them.
      world.scheduler.control.finish("3", 1, 1);
      world.scheduler.control.omit("3", 1);
      const history: Scheduler["history"] = async ({ id }) => (id === "3" ? { id, exitCode: 1 } : undefined);
      const tracker = new Tracker(world.context({ ...world.scheduler, history }), directory);
      await world.clock.run(tracker.observe());
      expect(tracker.state.engines).to.include({ running: 3, failed: 0 });
    });

    it("is not asked about arrays whose engines are all dismissed", async () => {
      const world = new SimulatedSession();
      await up(world);
      for (let round = 0; round < 5; round += 1) {
        await scaleTo(world, { engines: 6 });
        await up(world);
        const { array } = recordOf(world).jobs.at(-1);
        await scaleTo(world, { engines: 4 });
        for (const task of [1, 2]) {
          world.hear(world.clusterDirectory, array.first + task - 1, "d");
          world.scheduler.control.finish(world.scheduler.control.jobs.at(-1)?.id ?? "", 0, task);
        }
      }
      await world.clock.advance(60_000);
      const { history, status } = world.scheduler.control.requests;
      expect((await observed(world)).engines).to.include({ asked: 4, registered: 4, failed: 0 });
      expect(world.scheduler.control.requests).to.include({ history, status: (status ?? 0) + 1 });
    });

    it("is not waited for because of an array whose engines are all dismissed", async () => {
      const world = new SimulatedSession();
      await up(world);
      await scaleTo(world, { engines: 6 });
      await up(world);
      await scaleTo(world, { engines: 4 });
      for (const number of [5, 6]) world.hear(world.clusterDirectory, number, "d");
      world.scheduler.control.vanish("4");
      // Lost, and so waited for.
      world.hear(world.clusterDirectory, 1, "x");
      const waiting = failure(bringUp(world.context()));
      await world.clock.advance(20_000);
      world.scheduler.control.finish("3", 1, 2);
      world.hear(world.clusterDirectory, 2, "x");
      const start = world.clock.now();
      expect((await world.clock.run(waiting)).message).to.match(/^Too few engines: /);
      // The next two questions, and no wait for what will never be told.
      expect((world.clock.now() - start) / 1000).to.be.lessThan(30);
      expect(world.scheduler.control.requests.history).to.equal(0);
    });
  });

  describe("with waits that have a limit", () => {
    it("begins to count when the engines run, however long they were queued", async () => {
      const world = new SimulatedSession({ slots: 6 });
      world.scheduler.control.setBusy(4);
      for (const number of [1, 2, 3, 4]) world.mute.add(number);
      const waiting = bringUp(world.context());
      await world.clock.advance(3_600_000);
      world.scheduler.control.setBusy(0);
      await world.clock.advance(60_000);
      for (const number of [1, 2, 3, 4]) world.hear(world.clusterDirectory, number, "r");
      expect((await world.clock.run(waiting)).state.engines).to.include({ registered: 4 });
    });

    it("waits for storage as long as the session file says", async () => {
      const world = new SimulatedSession({}, {}, 600_000);
      world.storageIsLate = true;
      const waiting = bringUp(world.context());
      await world.clock.advance(700_000);
      world.storageIsReady();
      expect((await world.clock.run(waiting)).state.phase).to.equal("up");
    });

    it("says that it is the storage that was waited for", async () => {
      const world = new SimulatedSession();
      world.storageIsLate = true;
      const error = await failure(up(world));
      expect(error.message).to.match(/^After 3\d\d s still waiting for the job to see its files on \S+ \(/);
    });

    it("gives a tunnel up that cannot be opened for long, though each try may be repeated", async () => {
      const world = new SimulatedSession();
      const context = world.context();
      const connect = async () => {
        await world.clock.sleep(20_000);
        throw new HpcnbError("HPCNB_TIMEOUT", "ssh took longer than 20 s.", { transient: true });
      };
      const connector = context.connector && { ...context.connector, connect };
      const error = await failure(world.clock.run(bringUp({ ...context, connector })));
      expect(error.code).to.equal("HPCNB_TIMEOUT");
      expect(error.message).to.match(/^After [6-9]\d s still waiting for .*ssh took longer than 20 s/);
    });
  });

  it("tells of jobs that may have been submitted, and of none that were refused", async () => {
    for (const [code, told] of [
      ["HPCNB_SCHEDULER_UNREACHABLE", ["started"]],
      ["HPCNB_SUBMIT_REJECTED", []],
    ] as const) {
      const world = new SimulatedSession();
      const submit: Scheduler["submit"] = async () => {
        throw new HpcnbError(code, "no");
      };
      const heard: string[] = [];
      const error = await failure(
        up(world, { onJobs: (how: string) => heard.push(how) }, { ...world.scheduler, submit }),
      );
      expect([error.code, heard]).to.deep.equal([code, told]);
    }
  });

  describe("with a scheduler that rejects", () => {
    it("refuses all jobs when one of them cannot be expressed, before anything is done", async () => {
      const world = new SimulatedSession();
      const render: Scheduler["render"] = (job) => {
        if (!job.tasks) return "";
        throw new HpcnbError("HPCNB_SUBMIT_REJECTED", "no resource stands for memory");
      };
      expect((await failure(up(world, {}, { ...world.scheduler, render }))).code).to.equal("HPCNB_SUBMIT_REJECTED");
      expect(world.host.files.size).to.equal(0);
      expect(world.scheduler.control.requests.submit).to.equal(0);
    });

    it("asks for as many engines as before, after a new cluster was rejected", async () => {
      const world = new SimulatedSession();
      await up(world);
      world.scheduler.control.finish("2", 1);
      world.scheduler.control.rejectNext("too many jobs", { transient: true });
      expect((await failure(up(world))).code).to.equal("HPCNB_SUBMIT_REJECTED");
      expect((await up(world)).state.engines).to.include({ asked: 4, registered: 4 });
    });

    it("asks for as many engines as before, after more were rejected while some are dead", async () => {
      const world = new SimulatedSession();
      await up(world);
      for (const task of [2, 3]) world.scheduler.control.finish("3", 1, task);
      for (const number of [2, 3]) world.hear(world.clusterDirectory, number, "x");
      world.scheduler.control.rejectNext("too many tasks");
      expect((await failure(scaleTo(world, { engines: 12 }))).code).to.equal("HPCNB_SUBMIT_REJECTED");
      expect((await observed(world)).engines).to.include({ asked: 4, registered: 2 });
      expect((await up(world)).state.engines).to.include({ asked: 4, registered: 4 });
    });
  });

  it("ends the engines of a controller that was killed in the queue, and the notebook goes on", async () => {
    const world = new SimulatedSession();
    world.scheduler.control.setBusy(Number.POSITIVE_INFINITY);
    for (const number of [1, 2, 3, 4]) world.mute.add(number);
    const waiting = failure(bringUp(world.context()));
    await world.clock.advance(10_000);
    await world.clock.run(world.scheduler.cancel(["2"]));
    world.scheduler.control.setBusy(0);
    expect((await world.clock.run(waiting)).message).to.match(/^The controller \(job 2\) is lost/);
    expect(await world.listed()).to.deep.equal(["1"]);
    world.mute.clear();
    expect((await up(world)).state.engines).to.include({ asked: 4, registered: 4 });
  });

  it("names the engines that are missing, and what their logs say", async () => {
    const world = new SimulatedSession();
    world.mute.add(3);
    const waiting = failure(bringUp(world.context()));
    await world.clock.advance(20_000);
    world.host.files.set(
      `${world.clusterDirectory}/logs/engines-1.2.log`,
      "hpcnb: out of memory\nhpcnb: ended with exit code 1.\n",
    );
    world.scheduler.control.finish("3", 1, 2);
    world.hear(world.clusterDirectory, 2, "x");
    const error = await world.clock.run(waiting);
    expect(error.message).to.equal(
      "Too few engines: 3 of 4 are left, and at least 4 must be there.\n  engine 2: it has ended; its log: hpcnb: out of memory",
    );
    expect(error.hint).to.include("`hpcnb logs engine 2` shows the whole log.");
    expect((await up(world).catch((late) => late)).code).to.equal("HPCNB_TIMEOUT");
    expect((await observed(world)).engines).to.include({ asked: 4, running: 4 });
  });
});
