import assert from "node:assert/strict";
import { need } from "./bench.js";
import type { Topic } from "./topic.js";

export const interruptions: Topic = (behaviour) => {
  behaviour("lists a job that it suspends as suspended, and as running when it goes on", ["suspend"], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.untilState(id, "running");
    const resume = await need(bench.fixture.suspend, "suspend", "suspend").call(bench.fixture, id);
    await bench.untilState(id, "suspended");
    assert.equal(await bench.history(id), undefined, "a suspended job has not ended");
    await resume();
    await bench.untilState(id, "running");
  });

  behaviour(
    "lists a job that is put back into the queue as one that waits, with no history",
    ["requeue", "occupy"],
    async (bench) => {
      const id = await bench.submit(need(bench.fixture.requeueableJob, "requeueableJob", "requeue")(bench.job()));
      await bench.untilState(id, "running");
      const { name } = await bench.mustFind(id);
      await bench.whileOccupied(async () => {
        await need(bench.fixture.requeue, "requeue", "requeue").call(bench.fixture, id);
        const job = await bench.until(
          `job ${id} to wait again, and to be listed and not to have ended until then`,
          () => bench.mustFind(id),
          ({ state }) => {
            assert.notEqual(state, "finished", `job ${id} is to start again, and is listed as finished`);
            return state === "queued" || state === "held";
          },
        );
        assert.equal(job.name, name, `job ${id} has another name`);
        assert.equal(job.requeued, true, `it does not say that the job is requeued: ${JSON.stringify(job)}`);
        const history = await bench.history(id);
        assert.equal(history, undefined, `job ${id} is to start again, and has an end: ${JSON.stringify(history)}`);
      });
    },
  );

  behaviour(
    "says of a job that had to make room for others that it was preempted",
    ["preempt", "history"],
    async (bench) => {
      const id = await bench.submit(bench.job());
      await bench.untilState(id, "running");
      await need(bench.fixture.preempt, "preempt", "preempt").call(bench.fixture, id);
      await bench.untilEnded(id);
      const end = await bench.until(
        `the end of job ${id} with its reason, in the list or in its history`,
        () => bench.endOf(id),
        ({ reason }) => Boolean(reason?.trim()),
      );
      assert.equal(end.preempted, true, `it does not say that the job was preempted: ${JSON.stringify(end)}`);
    },
  );
};
