import assert from "node:assert/strict";
import { need } from "./bench.js";
import { taskNumbers } from "./task-numbers.js";
import type { Topic } from "./topic.js";

export const hold: Topic = (behaviour) => {
  behaviour("keeps a job from starting until it is released", ["queue"], async (bench) => {
    const [held, other] = await bench.whileOccupied(async () => {
      const ids = [await bench.submit(bench.job()), await bench.submit(bench.job())] as const;
      await bench.untilState(ids[0], "queued");
      await bench.scheduler.hold([ids[0]]);
      await bench.untilState(ids[0], "held");
      return ids;
    });
    await bench.untilState(other, "running");
    assert.equal((await bench.mustFind(held)).state, "held");
    await bench.scheduler.release([held]);
    await bench.untilState(held, "running");
  });

  behaviour("keeps an array's other tasks from starting, while those that run go on", [], async (bench) => {
    const id = await bench.submit(bench.job({ tasks: 3, tasksAtOnce: 1 }));
    await bench.untilTasks(id, "running", [1]);
    await bench.scheduler.hold([id]);
    await bench.untilTasks(id, "held", [2, 3]);
    assert.deepEqual(taskNumbers(await bench.mustFind(id), "running"), [1]);
    await bench.scheduler.cancel([{ id, tasks: [{ first: 1, last: 1 }] }]);
    await bench.untilTasks(id, "running", []);
    assert.deepEqual(taskNumbers(await bench.mustFind(id), "held"), [2, 3]);
    await bench.scheduler.release([id]);
    await bench.untilTasks(id, "running", [2]);
  });

  behaviour("releases a job that was submitted held", ["hold"], async (bench) => {
    const id = await bench.submit(need(bench.fixture.heldJob, "heldJob", "hold")(bench.job()));
    await bench.untilState(id, "held");
    await bench.scheduler.release([id]);
    await bench.untilState(id, "running");
  });

  behaviour("takes an id that no job has for one that is gone, and may be asked twice", [], async (bench) => {
    const { scheduler, fixture } = bench;
    const id = await bench.submit(bench.job({ tasks: 2, tasksAtOnce: 1 }));
    await bench.untilTasks(id, "running", [1]);
    for (const ids of [[fixture.unknownId], [fixture.unknownId, id], [id], []]) await scheduler.hold(ids);
    await bench.untilTasks(id, "held", [2]);
    for (const ids of [[fixture.unknownId], [fixture.unknownId, id], [id], []]) await scheduler.release(ids);
    await bench.untilTasks(id, "queued", [2]);
  });
};
