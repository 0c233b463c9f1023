import assert from "node:assert/strict";
import type { JobSpec, JobState } from "../../scheduler.js";
import { expectError, noAnswer } from "./expect-error.js";
import type { Topic } from "./topic.js";

const states: readonly JobState[] = [
  "queued",
  "held",
  "starting",
  "running",
  "suspended",
  "error",
  "finished",
  "unknown",
];

/** Some with a meaning to one scheduler or another, and those that a shell makes of signals. */
const likelyExitCodes = [1, 75, 85, 99, 100, 120, 137, 255];

export const status: Topic = (behaviour) => {
  behaviour("answers for many jobs at once", [], async (trial) => {
    const ids = [
      await trial.submit(trial.job()),
      await trial.submit(trial.job({ tasks: 2 })),
      await trial.submit(trial.job()),
    ];
    const listed = await trial.scheduler.status();
    for (const id of ids) {
      const found = listed.filter((job) => job.id === id);
      assert.equal(found.length, 1, `job ${id} is listed ${found.length} times in one answer`);
      assert.ok(states.includes(found[0]?.state as JobState), `job ${id} is "${found[0]?.state}"`);
      assert.ok(found[0]?.native.trim(), `job ${id} comes without the scheduler's own word for its state`);
    }
  });

  behaviour("says that a job runs, and no more once it has ended", [], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.untilState(id, "running");
    await trial.scheduler.cancel([id]);
    await trial.untilEnded(id);
  });

  behaviour("tells the exit code, at once or in the history", ["realJobs", "history"], async (trial) => {
    for (const exitCode of [0, 7]) {
      const id = await trial.submit(trial.job({ script: `#!/bin/sh\nexit ${exitCode}\n` }));
      await trial.untilEnded(id);
      const seen = await trial.until(
        `the exit code of job ${id}`,
        async () => (await trial.history(id))?.exitCode ?? (await trial.find(id))?.exitCode,
        (answer) => answer !== undefined,
      );
      assert.equal(seen, exitCode);
    }
  });

  behaviour("runs a job once, whatever its exit code, but for those that are reserved", ["realJobs"], async (trial) => {
    const { reservedExitCodes = [] } = trial.scheduler;
    const jobs = new Map<string, JobSpec>();
    for (const exitCode of likelyExitCodes.filter((code) => !reservedExitCodes.includes(code))) {
      const job = trial.job({ script: `#!/bin/sh\necho ran\nexit ${exitCode}\n` });
      jobs.set(await trial.submit(job), job);
    }
    await trial.untilEnded(...jobs.keys());
    for (const { output, script } of jobs.values()) {
      const text = await trial.untilOutput(output, (read) => read.includes("ran"), "its line");
      assert.equal(text.match(/^ran$/gm)?.length, 1, `a job with this script ran more than once:\n${script}`);
    }
  });

  behaviour("reserves no exit code that a job cannot do without", [], async ({ scheduler }) => {
    for (const code of scheduler.reservedExitCodes ?? [])
      assert.ok(Number.isInteger(code) && code > 1 && code < 256, `${code} is no exit code from 2 to 255`);
  });

  behaviour("has no history of a job that has not ended, nor of one that never was", [], async (trial) => {
    const id = await trial.submit(trial.job());
    assert.equal(await trial.history(id), undefined);
    assert.equal(await trial.history(trial.fixture.unknownId), undefined);
  });

  behaviour("has no history of another job under an id that is used again", ["history"], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.untilState(id, "running");
    await trial.scheduler.cancel([id]);
    await trial.untilEnded(id);
    await trial.until(
      `the history of job ${id}`,
      () => trial.history(id),
      (answer) => answer !== undefined,
    );
    const name = trial.scheduler.nameOf(trial.job().name);
    assert.equal(await trial.scheduler.history({ id, name }), undefined, "that is another job's end");
  });

  behaviour("throws when no answer comes, and knows the job again afterwards", ["outage"], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.duringOutage(async () => {
      await expectError("asking for jobs", trial.scheduler.status(), noAnswer);
      await expectError("asking why a job waits", trial.scheduler.explain(id), noAnswer);
      await expectError("asking how a job ended", trial.history(id), noAnswer);
    });
    await trial.mustFind(id);
  });

  behaviour("does not claim to have cancelled when no answer comes", ["outage"], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.duringOutage(() => expectError("cancelling", trial.scheduler.cancel([id]), noAnswer));
  });

  behaviour("does not claim to have submitted when no answer comes", ["outage"], async (trial) => {
    await trial.duringOutage(() =>
      expectError("submitting", trial.submit(trial.job()), ["HPCNB_SCHEDULER_UNREACHABLE"]),
    );
  });
};
