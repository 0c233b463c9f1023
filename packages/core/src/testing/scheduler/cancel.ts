import assert from "node:assert/strict";
import { taskNumbers } from "./task-numbers.js";
import type { Topic } from "./topic.js";

export const cancel: Topic = (behaviour) => {
  behaviour("ends a running job", [], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.untilState(id, "running");
    await bench.scheduler.cancel([id]);
    await bench.untilEnded(id);
  });

  behaviour("ends what a running job has started", ["realJobs"], async (bench) => {
    const { directory } = bench.fixture;
    const beat = `${directory}/beat`;
    const job = bench.job({
      script: `#!/bin/sh\n(i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo $i >"$PWD/beat"; sleep 1; done) &\nwait\n`,
    });
    const id = await bench.submit(job);
    await bench.untilOutput(beat, (text) => text.trim() !== "", "a heartbeat");
    await bench.scheduler.cancel([id]);
    await bench.untilEnded(id);
    let last = await bench.read(beat);
    let since = Date.now();
    await bench.until(
      `${beat} to stay the same for 3 s after job ${id} has ended`,
      async () => {
        const now = await bench.read(beat);
        if (now !== last) since = Date.now();
        last = now;
        return Date.now() - since;
      },
      (tookMs) => tookMs >= 3_000,
    );
  });

  behaviour("ends a job that waits, before it ever runs", ["occupy"], async (bench) => {
    await bench.whileOccupied(async () => {
      const id = await bench.submit(bench.job());
      await bench.untilState(id, "queued");
      await bench.scheduler.cancel([id]);
      await bench.untilEnded(id);
    });
  });

  behaviour("ends all tasks of an array", [], async (bench) => {
    const id = await bench.submit(bench.job({ tasks: 3 }));
    await bench.untilState(id, "running");
    await bench.scheduler.cancel([id]);
    await bench.untilEnded(id);
  });

  behaviour("ends the tasks of an array that it was given, and no others", ["cancelTasks"], async (bench) => {
    const id = await bench.submit(bench.job({ tasks: 3 }));
    const other = await bench.submit(bench.job({ tasks: 1 }));
    await bench.untilTasks(id, "running", [1, 2, 3]);
    const ends = { id, tasks: [1, 3].map((task) => ({ first: task, last: task })) };
    await bench.scheduler.cancel([ends, other]);
    await bench.untilEnded(other);
    await bench.untilTasks(id, "running", [2]);
    await bench.scheduler.cancel([ends, { id, tasks: [{ first: 7, last: 9 }] }, { id, tasks: [] }]);
    await bench.scheduler.cancel([{ id: bench.fixture.unknownId, tasks: [{ first: 1, last: 2 }] }]);
    assert.deepEqual(taskNumbers(await bench.mustFind(id), "running"), [2]);
  });

  behaviour("ends tasks that wait, and the others run", ["occupy", "cancelTasks"], async (bench) => {
    const id = await bench.whileOccupied(async () => {
      const submitted = await bench.submit(bench.job({ tasks: 4 }));
      await bench.untilTasks(submitted, "queued", [1, 2, 3, 4]);
      await bench.scheduler.cancel([{ id: submitted, tasks: [{ first: 2, last: 3 }] }]);
      await bench.untilTasks(submitted, "queued", [1, 4]);
      return submitted;
    });
    await bench.untilTasks(id, "running", [1, 4]);
  });

  behaviour("ends the jobs it was given and no others", [], async (bench) => {
    const ids = [await bench.submit(bench.job()), await bench.submit(bench.job())];
    const other = await bench.submit(bench.job());
    await bench.scheduler.cancel(ids);
    await bench.untilEnded(...ids);
    assert.notEqual((await bench.mustFind(other)).state, "finished");
    await bench.scheduler.cancel([]);
    assert.notEqual((await bench.mustFind(other)).state, "finished");
  });

  behaviour("takes an id that no job has for one that is gone, and still ends the others", [], async (bench) => {
    await bench.scheduler.cancel([bench.fixture.unknownId]);
    const id = await bench.submit(bench.job());
    await bench.untilState(id, "running");
    await bench.scheduler.cancel([bench.fixture.unknownId, id]);
    await bench.untilEnded(id);
  });

  behaviour("may be asked twice, and once more after the job has ended", [], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.scheduler.cancel([id]);
    await bench.scheduler.cancel([id]);
    await bench.untilEnded(id);
    await bench.scheduler.cancel([id]);
  });
};
