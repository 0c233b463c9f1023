import type { HpcnbError, JobSpec, JobStatus } from "@hpcnb/core";
import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import { createMockScheduler, type MockOptions } from "../src/index.js";

const job: JobSpec = {
  name: "a job",
  script: "#!/bin/sh\n",
  workingDirectory: "/simulated",
  output: "/simulated/a.log",
  resources: {},
};

function simulate(options: Omit<MockOptions, "clock"> = {}) {
  const clock = new SimulatedClock();
  return { clock, scheduler: createMockScheduler({ clock, ...options }) };
}

function errorOf(work: Promise<unknown>): Promise<HpcnbError> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: HpcnbError) => error,
  );
}

/** Such as "1-2 running, 3-5 queued". */
function summary(status: JobStatus | undefined): string {
  return (status?.tasks ?? []).map(({ first, last, state }) => `${first}-${last} ${state}`).join(", ");
}

describe("createMockScheduler", () => {
  it("takes a job through its states as time passes", async () => {
    const { clock, scheduler } = simulate({ queueWait: 10, startTime: 2, runTime: 60, keepFinished: 5 });
    const id = await scheduler.submit(job);
    const seen: string[] = [];
    for (const seconds of [0, 10, 12, 72, 77]) {
      await clock.advance(seconds * 1000 - clock.now());
      const [status] = await scheduler.status();
      seen.push(status ? `${status.state} ${status.native} ${status.host ? "on a host" : ""}`.trim() : "gone");
    }
    expect(seen).to.deep.equal([
      "queued qw",
      "starting t on a host",
      "running r on a host",
      "finished z on a host",
      "gone",
    ]);
    expect(await scheduler.history({ id, name: job.name })).to.deep.equal({ exitCode: 0 });
  });

  it("lets an array trickle through the slots, first come, first served", async () => {
    const { clock, scheduler } = simulate({ slots: 2, runTime: 10 });
    const array = await scheduler.submit({ ...job, tasks: 5 });
    const single = await scheduler.submit(job);
    const find = async (id: string) => (await scheduler.status()).find((status) => status.id === id);

    expect(summary(await find(array))).to.equal("1-1 running, 2-2 running, 3-5 queued");
    expect(await scheduler.explain(array)).to.equal("needs 1 slots, and 0 are free");
    expect(await scheduler.explain(single)).to.equal("other jobs come first");
    await clock.advance(10_000);
    expect(summary(await find(array))).to.equal("3-3 running, 4-4 running, 5-5 queued");
    await clock.advance(10_000);
    expect(summary(await find(array))).to.equal("5-5 running");
    expect((await find(single))?.state).to.equal("running");
    await clock.advance(10_000);
    expect(await scheduler.status()).to.deep.equal([]);
  });

  it("keeps to the limit of the user, and counts cores", async () => {
    const { scheduler } = simulate({ slots: 100, userSlots: 8 });
    const first = await scheduler.submit({ ...job, resources: { cores: 6 } });
    const second = await scheduler.submit({ ...job, resources: { cores: 4 } });
    expect((await scheduler.status()).map(({ state }) => state)).to.deep.equal(["running", "queued"]);
    expect(await scheduler.explain(second)).to.equal("this user may take 8 slots and has taken 6");
    await scheduler.cancel([first]);
    expect((await scheduler.status()).map(({ id, state }) => `${id} ${state}`)).to.deep.equal([`${second} running`]);
  });

  it("rejects what is too much, too long or unknown, and keeps nothing of it", async () => {
    const { scheduler } = simulate({ rejections: { queues: ["all.q"], longestName: 15, maxJobs: 1 } });
    const unwanted: [Partial<JobSpec>, string][] = [
      [{ tasks: 75_001 }, "75000"],
      [{ tasks: 0 }, "0 tasks"],
      [{ resources: { queue: "lnog.q" } }, '"lnog.q"'],
      [{ name: "a name of twenty-two" }, "15 characters"],
      [{ script: "echo hello\n" }, "#!"],
    ];
    for (const [changes, words] of unwanted) {
      const error = await errorOf(scheduler.submit({ ...job, ...changes }));
      expect(error).to.include({ code: "HPCNB_SUBMIT_REJECTED", transient: false });
      expect(error.message).to.include(words);
    }
    expect(await scheduler.status()).to.deep.equal([]);

    const id = await scheduler.submit(job);
    expect(await errorOf(scheduler.submit(job))).to.include({ code: "HPCNB_SUBMIT_REJECTED", transient: true });
    await scheduler.cancel([id]);
    scheduler.control.rejectNext("the cluster is being drained");
    expect((await errorOf(scheduler.submit(job))).message).to.include("is being drained");
    await scheduler.submit(job);
    expect(scheduler.control.jobs).to.have.length(2);
  });

  it("puts a share of the tasks into the state error, which keeps no slot and says why", async () => {
    const { scheduler } = simulate({ errorStates: 0.3, slots: 1000 });
    const id = await scheduler.submit({ ...job, tasks: 1000 });
    const [status] = await scheduler.status();
    const failed = (status?.tasks ?? []).filter(({ state }) => state === "error");
    const count = failed.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    expect(count).to.be.within(250, 350);
    expect(await scheduler.explain(id)).to.equal(failed[0]?.reason);
    await scheduler.cancel([id]);
    expect(await scheduler.status()).to.deep.equal([]);
  });

  it("loses answers of requests that were carried out, and of some that were not", async () => {
    const { scheduler } = simulate();
    const { control } = scheduler;
    control.loseAnswers(1);
    expect(await errorOf(scheduler.submit(job))).to.include({ code: "HPCNB_SCHEDULER_UNREACHABLE", transient: true });
    expect(await scheduler.status()).to.have.length(1);
    control.loseAnswers(2, { carriedOut: false });
    await errorOf(scheduler.submit(job));
    await errorOf(scheduler.cancel(["1"]));
    expect(await scheduler.status()).to.have.length(1);

    const unreliable = simulate({ lostAnswers: 0.5 }).scheduler;
    const fates = await Promise.all(
      Array.from({ length: 200 }, () =>
        unreliable.submit(job).then(
          () => "answered",
          () => "lost",
        ),
      ),
    );
    const answered = fates.filter((fate) => fate === "answered").length;
    expect(answered).to.be.within(70, 130);
    expect(unreliable.control.jobs.length).to.be.within(answered + 20, 180);
  });

  it("answers slowly, with what was true when it was asked", async () => {
    const { clock, scheduler } = simulate({ slowAnswers: [2, 4] });
    await clock.run(scheduler.submit(job));
    expect(clock.now()).to.be.within(2000, 4000);
    scheduler.control.slowAnswers(60);
    const before = clock.now();
    const asked = scheduler.status();
    scheduler.control.finish("1");
    expect(await clock.run(asked)).to.have.length(1);
    expect(clock.now() - before).to.equal(60_000);
    expect(await clock.run(scheduler.status())).to.deep.equal([]);
  });

  it("carries out a submission that is aborted while its answer is on the way", async () => {
    const { scheduler } = simulate({ slowAnswers: 10 });
    const ending = new AbortController();
    const submitted = scheduler.submit(job, ending.signal);
    ending.abort();
    expect(await errorOf(submitted)).to.include({ code: "HPCNB_ABORTED" });
    expect(scheduler.control.jobs).to.have.length(1);
  });

  it("still lists cancelled jobs while they stop", async () => {
    const { clock, scheduler } = simulate({ stopTime: 30 });
    const id = await scheduler.submit({ ...job, tasks: 2 });
    await scheduler.cancel([id]);
    expect(await scheduler.status()).to.have.length(1);
    await clock.advance(30_000);
    expect(await scheduler.status()).to.deep.equal([]);
    expect(await scheduler.history({ id, name: job.name })).to.deep.equal({ reason: "cancelled" });
  });

  it("ends, fails, forgets, omits and holds jobs at a word from the test", async () => {
    const { scheduler } = simulate({ slots: 100 });
    const { control } = scheduler;
    const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => scheduler.submit({ ...job, tasks: 3 })));
    control.finish(a as string, 3, 2);
    control.finish(a as string);
    expect(await scheduler.history({ id: a as string, name: job.name })).to.deep.equal({ exitCode: 3 });
    control.fail(b as string, "no such directory", 2);
    control.vanish(c as string);
    control.hold(d as string);
    control.omit(d as string, 1);
    expect((await scheduler.status()).map(summary)).to.deep.equal(["1-1 running, 2-2 error, 3-3 running"]);
    expect(await scheduler.history({ id: c as string, name: job.name })).to.equal(undefined);
    expect(await scheduler.status()).to.have.length(2);
    expect(control.requests).to.include({ submit: 4, status: 2, cancel: 0, history: 2 });
    expect(() => control.finish("99")).to.throw(RangeError);
    expect(() => control.finish(d as string, 0, 4)).to.throw(RangeError);
  });

  it("reports each program that begins to run, once and in the order of time", async () => {
    const { clock, scheduler } = simulate({ slots: 2, runTime: 10, startTime: 1 });
    const started: string[] = [];
    scheduler.control.onStart(({ id, task, host }) =>
      started.push(`${id}.${task}${host.startsWith("node") ? "" : "?"}`),
    );
    await scheduler.submit({ ...job, tasks: 3 });
    await scheduler.submit(job);
    expect(started).to.deep.equal([]);
    await clock.advance(3_600_000);
    scheduler.control.catchUp();
    expect(started).to.deep.equal(["1.1", "1.2", "1.3", "2.1"]);
  });

  it("starts no task of a job that the test ends as a whole", async () => {
    const { scheduler } = simulate({ slots: 2 });
    const started: string[] = [];
    scheduler.control.onStart(({ id, task }) => started.push(`${id}.${task}`));
    for (const end of ["finish", "vanish"] as const) {
      const id = await scheduler.submit({ ...job, tasks: 5 });
      scheduler.control[end](id);
    }
    const cancelled = await scheduler.submit({ ...job, tasks: 5 });
    await scheduler.cancel([cancelled]);
    expect(started).to.deep.equal(["1.1", "1.2", "2.1", "2.2", "3.1", "3.2"]);
  });

  it("answers about ten times as many tasks in about ten times the time", async () => {
    // The fastest of many answers: a slow moment of the machine slows some of them, never all.
    const fastest = async (tasks: number) => {
      const { clock, scheduler } = simulate({ slots: tasks, queueWait: 5, startTime: [1, 9], runTime: [60, 600] });
      const id = await scheduler.submit({ ...job, tasks });
      await clock.advance(30_000);
      let least = Number.POSITIVE_INFINITY;
      for (let answer = 0; answer < 10; answer++) {
        const before = performance.now();
        await scheduler.status();
        least = Math.min(least, performance.now() - before);
      }
      await clock.advance(3_600_000);
      expect(await scheduler.history({ id, name: job.name })).to.deep.equal({ exitCode: 0 });
      return least;
    };
    expect((await fastest(75_000)) / (await fastest(7_500))).to.be.lessThan(40);
  });

  it("lets a suspended job have the rest of its time, and one that is put back all of it", async () => {
    const { clock, scheduler } = simulate({ runTime: 60 });
    const [suspended, requeued] = [await scheduler.submit(job), await scheduler.submit(job)];
    await clock.advance(40_000);
    scheduler.control.suspend(suspended);
    scheduler.control.requeue(requeued);
    const states = async () => (await scheduler.status()).map(({ id, native }) => `${id} ${native}`);
    expect(await states()).to.deep.equal([`${suspended} S`, `${requeued} Rr`]);
    await clock.advance(30_000);
    scheduler.control.resume(suspended);
    await clock.advance(19_000);
    expect(await states()).to.deep.equal([`${suspended} r`, `${requeued} Rr`]);
    await clock.advance(2_000);
    expect(await states()).to.deep.equal([`${requeued} Rr`]);
    await clock.advance(10_000);
    expect(await states()).to.deep.equal([]);
  });
});
