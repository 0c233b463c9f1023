import assert from "node:assert/strict";
import { need } from "./bench.js";
import type { Topic } from "./topic.js";

export const explain: Topic = (behaviour, { capabilities }) => {
  behaviour("says why a job waits, and the job runs when it can", ["occupy"], async (bench) => {
    const id = await bench.whileOccupied(async () => {
      const submitted = await bench.submit(bench.job());
      await bench.untilState(submitted, "queued");
      const ask = () => bench.scheduler.explain(submitted);
      if (capabilities?.explain === false) assertText(await ask());
      else await bench.until(`a reason why job ${submitted} waits`, ask, (reason) => Boolean(reason?.trim()));
      return submitted;
    });
    await bench.untilState(id, "running");
  });

  behaviour("tells a held job from one that waits for its turn", ["hold"], async (bench) => {
    const hold = need(bench.fixture.heldJob, "heldJob", "hold");
    const id = await bench.submit(hold(bench.job()));
    assert.equal((await bench.mustFind(id)).state, "held");
    assertText(await bench.scheduler.explain(id));
  });

  behaviour("gives text or nothing for a job that runs and for one that never was", [], async (bench) => {
    const id = await bench.submit(bench.job());
    await bench.untilState(id, "running");
    assertText(await bench.scheduler.explain(id));
    assert.equal(await bench.scheduler.explain(bench.fixture.unknownId), undefined);
  });
};

function assertText(reason: string | undefined): void {
  if (reason === undefined) return;
  assert.equal(typeof reason, "string");
  assert.notEqual(reason.trim(), "", "no reason is undefined, not an empty text");
}
