import assert from "node:assert/strict";
import type { Topic } from "./topic.js";

export const concurrency: Topic = (behaviour) => {
  behaviour("gives jobs that are submitted at the same time ids of their own", [], async (bench) => {
    const jobs = [bench.job(), bench.job({ tasks: 2 }), bench.job(), bench.job()];
    const ids = await Promise.all(jobs.map((job) => bench.submit(job)));
    assert.equal(new Set(ids).size, ids.length, `ids are ${ids.join(", ")}`);
    const listed = await bench.scheduler.status();
    for (const [index, id] of ids.entries()) {
      const name = bench.scheduler.nameOf(jobs[index]?.name ?? "");
      assert.equal(listed.find((job) => job.id === id)?.name, name, `job ${id} has another job's name`);
    }
  });

  behaviour("answers many questions at the same time", [], async (bench) => {
    const id = await bench.submit(bench.job());
    const { scheduler } = bench;
    const answers = await Promise.all(Array.from({ length: 5 }, () => scheduler.status()));
    for (const answer of answers) assert.ok(answer.some((job) => job.id === id));
    await Promise.all([scheduler.status(), scheduler.explain(id), bench.history(id), scheduler.cancel([id])]);
    await bench.untilEnded(id);
  });
};
