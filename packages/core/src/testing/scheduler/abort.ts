import type { Scheduler } from "../../scheduler.js";
import type { Bench } from "./bench.js";
import { expectError } from "./expect-error.js";
import type { Topic } from "./topic.js";

type Call = (bench: Bench, id: string, signal: AbortSignal) => Promise<unknown>;

const calls: Partial<Record<keyof Scheduler, Call>> = {
  submit: (bench, _id, signal) => bench.submit(bench.job(), signal),
  status: ({ scheduler }, _id, signal) => scheduler.status(signal),
  cancel: ({ scheduler }, id, signal) => scheduler.cancel([id], signal),
  explain: ({ scheduler }, id, signal) => scheduler.explain(id, signal),
  history: (bench, id, signal) => bench.history(id, signal),
};

export const abort: Topic = (behaviour) => {
  for (const [name, call] of Object.entries(calls)) {
    behaviour(`${name} gives up when it is aborted, and what is asked later is answered`, [], async (bench) => {
      const id = await bench.submit(bench.job());

      await expectError("a call that was aborted before", call(bench, id, AbortSignal.abort()), ["HPCNB_ABORTED"]);

      const ending = new AbortController();
      const called = call(bench, id, ending.signal);
      ending.abort();
      await expectError("a call that was aborted on the way", called, ["HPCNB_ABORTED"]);

      await bench.scheduler.status();
      const later = await bench.submit(bench.job());
      await bench.mustFind(later);
    });
  }
};
