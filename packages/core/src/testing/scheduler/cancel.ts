import assert from "node:assert/strict";
import { taskNumbers } from "./task-numbers.js";
import type { Topic } from "./topic.js";

export const cancel: Topic = (behaviour) => {
  behaviour("ends a running job", [], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.untilState(id, "running");
    await trial.scheduler.cancel([id]);
    await trial.untilEnded(id);
  });

  behaviour("ends what a running job has started", ["realJobs"], async (trial) => {
    const { directory } = trial.fixture;
    const beat = `${directory}/beat`;
    const job = trial.job({
      script: `#!/bin/sh\n(i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo $i >"$PWD/beat"; sleep 1; done) &\nwait\n`,
    });
    const id = await trial.submit(job);
    await trial.untilOutput(beat, (text) => text.trim() !== "", "a heartbeat");
    await trial.scheduler.cancel([id]);
    await trial.untilEnded(id);
    let last = await trial.read(beat);
    let since = Date.now();
    await trial.until(
      `${beat} to stay the same for 3 s after job ${id} has ended`,
      async () => {
        const now = await trial.read(beat);
        if (now !== last) since = Date.now();
        last = now;
        return Date.now() - since;
      },
      (tookMs) => tookMs >= 3_000,
    );
  });

  behaviour("ends a job that waits, before it ever runs", ["occupy"], async (trial) => {
    await trial.whileOccupied(async () => {
      const id = await trial.submit(trial.job());
      await trial.untilState(id, "queued");
      await trial.scheduler.cancel([id]);
      await trial.untilEnded(id);
    });
  });

  behaviour("ends all tasks of an array", [], async (trial) => {
    const id = await trial.submit(trial.job({ tasks: 3 }));
    await trial.untilState(id, "running");
    await trial.scheduler.cancel([id]);
    await trial.untilEnded(id);
  });

  behaviour("ends the tasks of an array that it was given, and no others", ["cancelTasks"], async (trial) => {
    const id = await trial.submit(trial.job({ tasks: 3 }));
    const other = await trial.submit(trial.job({ tasks: 1 }));
    await trial.untilTasks(id, "running", [1, 2, 3]);
    const ends = { id, tasks: [1, 3].map((task) => ({ first: task, last: task })) };
    await trial.scheduler.cancel([ends, other]);
    await trial.untilEnded(other);
    await trial.untilTasks(id, "running", [2]);
    await trial.scheduler.cancel([ends, { id, tasks: [{ first: 7, last: 9 }] }, { id, tasks: [] }]);
    await trial.scheduler.cancel([{ id: trial.fixture.unknownId, tasks: [{ first: 1, last: 2 }] }]);
    assert.deepEqual(taskNumbers(await trial.mustFind(id), "running"), [2]);
  });

  behaviour("ends tasks that wait, and the others run", ["occupy", "cancelTasks"], async (trial) => {
    const id = await trial.whileOccupied(async () => {
      const submitted = await trial.submit(trial.job({ tasks: 4 }));
      await trial.untilTasks(submitted, "queued", [1, 2, 3, 4]);
      await trial.scheduler.cancel([{ id: submitted, tasks: [{ first: 2, last: 3 }] }]);
      await trial.untilTasks(submitted, "queued", [1, 4]);
      return submitted;
    });
    await trial.untilTasks(id, "running", [1, 4]);
  });

  behaviour("ends the jobs it was given and no others", [], async (trial) => {
    const ids = [await trial.submit(trial.job()), await trial.submit(trial.job())];
    const other = await trial.submit(trial.job());
    await trial.scheduler.cancel(ids);
    await trial.untilEnded(...ids);
    assert.notEqual((await trial.mustFind(other)).state, "finished");
    await trial.scheduler.cancel([]);
    assert.notEqual((await trial.mustFind(other)).state, "finished");
  });

  behaviour("takes an id that no job has for one that is gone, and still ends the others", [], async (trial) => {
    await trial.scheduler.cancel([trial.fixture.unknownId]);
    const id = await trial.submit(trial.job());
    await trial.untilState(id, "running");
    await trial.scheduler.cancel([trial.fixture.unknownId, id]);
    await trial.untilEnded(id);
  });

  behaviour("may be asked twice, and once more after the job has ended", [], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.scheduler.cancel([id]);
    await trial.scheduler.cancel([id]);
    await trial.untilEnded(id);
    await trial.scheduler.cancel([id]);
  });
};
