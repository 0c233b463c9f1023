import type { Scheduler } from "../../scheduler.js";
import { expectError } from "./expect-error.js";
import type { Topic } from "./topic.js";
import type { Trial } from "./trial.js";

type Call = (trial: Trial, id: string, signal: AbortSignal) => Promise<unknown>;

const calls: Partial<Record<keyof Scheduler, Call>> = {
  submit: (trial, _id, signal) => trial.submit(trial.job(), signal),
  status: ({ scheduler }, _id, signal) => scheduler.status(signal),
  cancel: ({ scheduler }, id, signal) => scheduler.cancel([id], signal),
  explain: ({ scheduler }, id, signal) => scheduler.explain(id, signal),
  history: (trial, id, signal) => trial.history(id, signal),
};

export const abort: Topic = (behaviour) => {
  for (const [name, call] of Object.entries(calls)) {
    behaviour(`${name} gives up when it is aborted, and what is asked later is answered`, [], async (trial) => {
      const id = await trial.submit(trial.job());

      await expectError("a call that was aborted before", call(trial, id, AbortSignal.abort()), ["HPCNB_ABORTED"]);

      const ending = new AbortController();
      const called = call(trial, id, ending.signal);
      ending.abort();
      await expectError("a call that was aborted on the way", called, ["HPCNB_ABORTED"]);

      await trial.scheduler.status();
      const later = await trial.submit(trial.job());
      await trial.mustFind(later);
    });
  }
};
