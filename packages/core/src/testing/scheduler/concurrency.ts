import assert from "node:assert/strict";
import type { Topic } from "./topic.js";

export const concurrency: Topic = (behaviour) => {
  behaviour("gives jobs that are submitted at the same time ids of their own", [], async (trial) => {
    const jobs = [trial.job(), trial.job({ tasks: 2 }), trial.job(), trial.job()];
    const ids = await Promise.all(jobs.map((job) => trial.submit(job)));
    assert.equal(new Set(ids).size, ids.length, `ids are ${ids.join(", ")}`);
    const listed = await trial.scheduler.status();
    for (const [index, id] of ids.entries()) {
      const name = trial.scheduler.nameOf(jobs[index]?.name ?? "");
      assert.equal(listed.find((job) => job.id === id)?.name, name, `job ${id} has another job's name`);
    }
  });

  behaviour("answers many questions at the same time", [], async (trial) => {
    const id = await trial.submit(trial.job());
    const { scheduler } = trial;
    const answers = await Promise.all(Array.from({ length: 5 }, () => scheduler.status()));
    for (const answer of answers) assert.ok(answer.some((job) => job.id === id));
    await Promise.all([scheduler.status(), scheduler.explain(id), trial.history(id), scheduler.cancel([id])]);
    await trial.untilEnded(id);
  });
};
