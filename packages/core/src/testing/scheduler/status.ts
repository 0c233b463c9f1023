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
  behaviour("answers for many jobs at once", [], async (bench) => {
    const ids = [
      await bench.submit(bench.job()),
      await bench.submit(bench.job({ tasks: 2 })),
      await bench.submit(bench.job()),
    ];
    const listed = await bench.scheduler.status();
    for (const id of ids) {
      const found = listed.filter((job) => job.id === id);
      assert.equal(found.length, 1, `job ${id} is listed ${found.length} times in one answer`);
      assert.ok(states.includes(found[0]?.state as JobState), `job ${id} is "${found[0]?.state}"`);
      assert.ok(found[0]?.native.trim(), `job ${id} comes without the scheduler's own word for its state`);
    }
  });

  behaviour("says that a job runs, and no more once it has ended", [], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.untilState(id, "running");
    await bench.scheduler.cancel([id]);
    await bench.untilEnded(id);
  });

  behaviour("tells the exit code, at once or in the history", ["realJobs", "history"], async (bench) => {
    for (const exitCode of [0, 7]) {
      const id = await bench.submit(bench.job({ script: `#!/bin/sh\nexit ${exitCode}\n` }));
      await bench.untilEnded(id);
      const seen = await bench.until(
        `the exit code of job ${id}`,
        async () => (await bench.history(id))?.exitCode ?? (await bench.find(id))?.exitCode,
        (answer) => answer !== undefined,
      );
      assert.equal(seen, exitCode);
    }
  });

  behaviour("runs a job once, whatever its exit code, but for those that are reserved", ["realJobs"], async (bench) => {
    const { reservedExitCodes = [] } = bench.scheduler;
    const jobs = new Map<string, JobSpec>();
    for (const exitCode of likelyExitCodes.filter((code) => !reservedExitCodes.includes(code))) {
      const job = bench.job({ script: `#!/bin/sh\necho ran\nexit ${exitCode}\n` });
      jobs.set(await bench.submit(job), job);
    }
    await bench.untilEnded(...jobs.keys());
    for (const { output, script } of jobs.values()) {
      const text = await bench.untilOutput(output, (read) => read.includes("ran"), "its line");
      assert.equal(text.match(/^ran$/gm)?.length, 1, `a job with this script ran more than once:\n${script}`);
    }
  });

  behaviour("reserves no exit code that a job cannot do without", [], async ({ scheduler }) => {
    for (const code of scheduler.reservedExitCodes ?? [])
      assert.ok(Number.isInteger(code) && code > 1 && code < 256, `${code} is no exit code from 2 to 255`);
  });

  behaviour("has no history of a job that has not ended, nor of one that never was", [], async (bench) => {
    const id = await bench.submit(bench.job());
    assert.equal(await bench.history(id), undefined);
    assert.equal(await bench.history(bench.fixture.unknownId), undefined);
  });

  behaviour("has no history of another job under an id that is used again", ["history"], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.untilState(id, "running");
    await bench.scheduler.cancel([id]);
    await bench.untilEnded(id);
    await bench.until(
      `the history of job ${id}`,
      () => bench.history(id),
      (answer) => answer !== undefined,
    );
    const name = bench.scheduler.nameOf(bench.job().name);
    assert.equal(await bench.scheduler.history({ id, name }), undefined, "that is another job's end");
  });

  behaviour("throws when no answer comes, and knows the job again afterwards", ["outage"], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.duringOutage(async () => {
      await expectError("asking for jobs", bench.scheduler.status(), noAnswer);
      await expectError("asking why a job waits", bench.scheduler.explain(id), noAnswer);
      await expectError("asking how a job ended", bench.history(id), noAnswer);
    });
    await bench.mustFind(id);
  });

  behaviour("does not claim to have cancelled when no answer comes", ["outage"], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.duringOutage(() => expectError("cancelling", bench.scheduler.cancel([id]), noAnswer));
  });

  behaviour("does not claim to have submitted when no answer comes", ["outage"], async (bench) => {
    await bench.duringOutage(() =>
      expectError("submitting", bench.submit(bench.job()), ["HPCNB_SCHEDULER_UNREACHABLE"]),
    );
  });
};
