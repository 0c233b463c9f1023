import assert from "node:assert/strict";
import type { Topic } from "./topic.js";
import { need } from "./trial.js";

export const explain: Topic = (behaviour, { capabilities }) => {
  behaviour("says why a job waits, and the job runs when it can", ["occupy"], async (trial) => {
    const id = await trial.whileOccupied(async () => {
      const submitted = await trial.submit(trial.job());
      await trial.untilState(submitted, "queued");
      const ask = () => trial.scheduler.explain(submitted);
      if (capabilities?.explain === false) assertText(await ask());
      else await trial.until(`a reason why job ${submitted} waits`, ask, (reason) => Boolean(reason?.trim()));
      return submitted;
    });
    await trial.untilState(id, "running");
  });

  behaviour("tells a held job from one that waits for its turn", ["hold"], async (trial) => {
    const hold = need(trial.fixture.heldJob, "heldJob", "hold");
    const id = await trial.submit(hold(trial.job()));
    assert.equal((await trial.mustFind(id)).state, "held");
    assertText(await trial.scheduler.explain(id));
  });

  behaviour("gives text or nothing for a job that runs and for one that never was", [], async (trial) => {
    const id = await trial.submit(trial.job());
    await trial.untilState(id, "running");
    assertText(await trial.scheduler.explain(id));
    assert.equal(await trial.scheduler.explain(trial.fixture.unknownId), undefined);
  });
};

function assertText(reason: string | undefined): void {
  if (reason === undefined) return;
  assert.equal(typeof reason, "string");
  assert.notEqual(reason.trim(), "", "no reason is undefined, not an empty text");
}
