import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { limitedSignal } from "@hpcnb/core";
import { expect } from "chai";

describe("a signal with a time limit", () => {
  const collectGarbage = () => {
    setFlagsFromString("--expose-gc");
    return runInNewContext("gc")();
  };
  /** Keeps nothing but the listener, as a request that waits for an answer does. */
  const untilAborted = (signal: AbortSignal) =>
    new Promise<string>((resolve) => {
      signal.addEventListener("abort", () => resolve("aborted"));
    });

  for (const [what, make] of [
    ["alone", () => limitedSignal(300)],
    ["with another signal", () => limitedSignal(300, new AbortController().signal)],
    [
      "in a combination",
      () => AbortSignal.any([new AbortController().signal, limitedSignal(300, new AbortController().signal)]),
    ],
  ] as const)
    it(`aborts ${what}, whatever the garbage collector does meanwhile`, async () => {
      // The signal's own timer keeps no process alive.
      const collecting = setInterval(collectGarbage, 50);
      try {
        expect(await untilAborted(make())).to.equal("aborted");
      } finally {
        clearInterval(collecting);
      }
    });

  it("aborts with the other one", async () => {
    const other = new AbortController();
    const waiting = untilAborted(limitedSignal(3_600_000, other.signal));
    other.abort();
    expect(await waiting).to.equal("aborted");
  });
});
