import assert from "node:assert/strict";
import type { JobStatus } from "../../scheduler.js";
import { taskNumbers } from "./task-numbers.js";
import type { Topic } from "./topic.js";

export const arrays: Topic = (behaviour) => {
  behaviour("runs every task once, with its own number and its own output file", ["realJobs"], async (trial) => {
    const tasks = 5;
    const variable = trial.scheduler.taskVariable;
    const job = trial.job({ tasks, script: `#!/bin/sh\necho "this is task $${variable}"\n` });
    const id = await trial.submit(job);
    await trial.untilEnded(id);
    for (let task = 1; task <= tasks; task++) {
      const path = job.output.replaceAll("{task}", String(task));
      const text = await trial.untilOutput(path, (read) => read.includes("this is task"), "the task's line");
      assert.deepEqual(text.match(/this is task .*/g), [`this is task ${task}`]);
    }
  });

  behaviour("lists each task once, in ascending order", [], async (trial) => {
    const tasks = 4;
    const id = await trial.submit(trial.job({ tasks }));
    assertAscending(await trial.mustFind(id), tasks);
    await trial.untilState(id, "running");
    assertAscending(await trial.mustFind(id), tasks);
  });

  behaviour("lists every task of an array that waits", ["occupy"], async (trial) => {
    const tasks = 4;
    await trial.whileOccupied(async () => {
      const id = await trial.submit(trial.job({ tasks }));
      await trial.untilState(id, "queued");
      const job = await trial.mustFind(id);
      assertAscending(job, tasks);
      assert.equal(taskNumbers(job).length, tasks);
      assert.ok(job.tasks?.every(({ state }) => state === "queued"));
    });
  });

  behaviour("never runs more tasks at once than it was told", ["tasksAtOnce", "cancelTasks"], async (trial) => {
    const id = await trial.submit(trial.job({ tasks: 4, tasksAtOnce: 2 }));
    const untilRunning = (task: number) =>
      trial.until(
        `task ${task} of array ${id} to run`,
        async () => {
          const job = await trial.find(id);
          const started = taskNumbers(job, "starting", "running");
          assert.ok(started.length <= 2, `the tasks ${started.join(", ")} run at once`);
          return taskNumbers(job, "running");
        },
        (running) => running.includes(task),
      );
    await untilRunning(2);
    await trial.scheduler.cancel([{ id, tasks: [{ first: 1, last: 1 }] }]);
    await untilRunning(3);
  });

  behaviour("keeps an array of one task an array", [], async (trial) => {
    const id = await trial.submit(trial.job({ tasks: 1 }));
    const job = await trial.mustFind(id);
    assertAscending(job, 1);
    assert.equal(taskNumbers(job).length, 1);
  });

  behaviour("gives a job that is no array no tasks", [], async (trial) => {
    const id = await trial.submit(trial.job());
    assert.equal((await trial.mustFind(id)).tasks, undefined);
  });
};

function assertAscending({ id, tasks }: JobStatus, most: number): void {
  assert.ok(tasks && tasks.length > 0, `array ${id} is listed without its tasks`);
  let previous = 0;
  for (const { first, last } of tasks) {
    const numbers = JSON.stringify(tasks);
    assert.ok(first > previous, `array ${id}: task ${first} comes after ${previous} in ${numbers}`);
    assert.ok(last >= first && last <= most, `array ${id}: a run ${first} to ${last} of ${most} tasks in ${numbers}`);
    previous = last;
  }
}
