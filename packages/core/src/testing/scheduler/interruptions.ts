import assert from "node:assert/strict";
import type { Topic } from "./topic.js";
import { need } from "./trial.js";

export const interruptions: Topic = (behaviour) => {
  behaviour("lists a job that it suspends as suspended, and as running when it goes on", ["suspend"], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.untilState(id, "running");
    const resume = await need(trial.fixture.suspend, "suspend", "suspend").call(trial.fixture, id);
    await trial.untilState(id, "suspended");
    assert.equal(await trial.history(id), undefined, "a suspended job has not ended");
    await resume();
    await trial.untilState(id, "running");
  });

  behaviour(
    "lists a job that is put back into the queue as one that waits, with no history",
    ["requeue", "occupy"],
    async (trial) => {
      const id = await trial.submit(need(trial.fixture.requeueableJob, "requeueableJob", "requeue")(trial.job()));
      await trial.untilState(id, "running");
      const { name } = await trial.mustFind(id);
      await trial.whileOccupied(async () => {
        await need(trial.fixture.requeue, "requeue", "requeue").call(trial.fixture, id);
        const job = await trial.until(
          `job ${id} to wait again, and to be listed and not to have ended until then`,
          () => trial.mustFind(id),
          ({ state }) => {
            assert.notEqual(state, "finished", `job ${id} is to start again, and is listed as finished`);
            return state === "queued" || state === "held";
          },
        );
        assert.equal(job.name, name, `job ${id} has another name`);
        assert.equal(job.requeued, true, `it does not say that the job is requeued: ${JSON.stringify(job)}`);
        const history = await trial.history(id);
        assert.equal(history, undefined, `job ${id} is to start again, and has an end: ${JSON.stringify(history)}`);
      });
    },
  );

  behaviour(
    "says of a job that had to make room for others that it was preempted",
    ["preempt", "history"],
    async (trial) => {
      const job = trial.job();
      const id = await trial.submit(trial.fixture.preemptibleJob?.(job) ?? job);
      await trial.untilState(id, "running");
      await need(trial.fixture.preempt, "preempt", "preempt").call(trial.fixture, id);
      await trial.untilEnded(id);
      const end = await trial.until(
        `the end of job ${id} with its reason, in the list or in its history`,
        () => trial.endOf(id),
        ({ reason }) => Boolean(reason?.trim()),
      );
      assert.equal(end.preempted, true, `it does not say that the job was preempted: ${JSON.stringify(end)}`);
    },
  );
};
