import { defined } from "@hpcnb/core";
import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import { createMockScheduler } from "../src/index.js";

/**
 * Everything that a scheduler with all its vagaries answers during an hour, when asked every
 * `pause` seconds.
 */
async function tell(seed: number, pause = 30): Promise<string[]> {
  const clock = new SimulatedClock();
  const scheduler = createMockScheduler({
    clock,
    seed,
    slots: 20,
    userSlots: 16,
    queueWait: [0, 120],
    startTime: [0, 10],
    runTime: [60, 900],
    stopTime: [0, 60],
    errorStates: 0.05,
    lostAnswers: 0.1,
    slowAnswers: [0, 3],
  });
  const answers: string[] = [];
  const ask = async (question: Promise<unknown>) => {
    const answer = await clock.run(
      question.then(
        (value) => value,
        (error: Error) => error.message,
      ),
    );
    answers.push(`${clock.now()} ${JSON.stringify(answer)}`);
  };
  for (const tasks of [undefined, 40, 3, undefined]) {
    await ask(
      scheduler.submit({
        name: `job of ${tasks}`,
        script: "#!/bin/sh\n",
        workingDirectory: "/simulated",
        output: "/simulated/{task}",
        resources: { cores: 2 },
        ...defined({ tasks }),
      }),
    );
  }
  while (clock.now() < 3_600_000) {
    await ask(scheduler.status());
    await ask(scheduler.explain("2"));
    await clock.advance(pause * 1000);
  }
  await ask(scheduler.cancel(["1", "2", "3", "4"]));
  await ask(scheduler.history({ id: "2", name: "job of 40" }));
  return answers;
}

describe("the simulation", () => {
  for (const seed of [1, 2, 12345, -7]) {
    it(`tells the same story twice with seed ${seed}`, async () => {
      expect(await tell(seed)).to.deep.equal(await tell(seed));
    });
  }

  it("tells another story with every other seed", async () => {
    const stories = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => tell(seed, 120)));
    expect(new Set(stories.map((story) => story.join("\n"))).size).to.equal(8);
  });
});

describe("what happens to a job", () => {
  it("does not depend on how often the scheduler is asked", async () => {
    const ends = [];
    for (const pause of [1_000, 7_000, 500_000]) {
      const clock = new SimulatedClock();
      const scheduler = createMockScheduler({
        clock,
        slots: 3,
        queueWait: [0, 60],
        runTime: [10, 100],
        keepFinished: 1e6,
      });
      const starts: string[] = [];
      scheduler.control.onStart(({ id, task, host }) => starts.push(`${id}.${task} on ${host}`));
      for (const name of ["a", "b", "c"]) {
        await scheduler.submit({
          name,
          script: "#!/bin/sh\n",
          workingDirectory: "/simulated",
          output: "/simulated/{task}",
          resources: {},
          tasks: 10,
        });
      }
      while (clock.now() < 3_000_000) {
        await clock.advance(pause);
        await scheduler.status();
      }
      ends.push({ starts, jobs: await scheduler.status() });
    }
    expect(ends[0]?.starts).to.have.length(30);
    expect(ends[1]).to.deep.equal(ends[0]);
    expect(ends[2]).to.deep.equal(ends[0]);
  });
});
