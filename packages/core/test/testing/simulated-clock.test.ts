import { expect } from "chai";
import { isHpcnbError } from "../../src/index.js";
import { SimulatedClock } from "../../src/testing/index.js";

describe("SimulatedClock", () => {
  it("lets hours pass while it runs a promise", async () => {
    const clock = new SimulatedClock();
    const result = await clock.run(
      (async () => {
        await clock.sleep(3_600_000);
        await clock.sleep(500);
        return "done";
      })(),
    );
    expect(result).to.equal("done");
    expect(clock.now()).to.equal(3_600_500);
    expect(clock.pending).to.equal(0);
  });

  it("wakes sleepers by time, and those of one moment in the order they fell asleep", async () => {
    const clock = new SimulatedClock();
    const woken: string[] = [];
    const sleeper = async (name: string, milliseconds: number) => {
      await clock.sleep(milliseconds);
      woken.push(`${name}@${clock.now()}`);
    };
    await clock.run(Promise.all([sleeper("c", 20), sleeper("a", 10), sleeper("b", 10), sleeper("z", 0)]));
    expect(woken).to.deep.equal(["z@0", "a@10", "b@10", "c@20"]);
  });

  it("fails when the promise waits for something that no timer brings", async () => {
    const clock = new SimulatedClock();
    const failure = await clock.run(new Promise(() => {})).catch((error: Error) => error);
    expect(failure).to.be.an("error").with.property("message").that.contains("Nothing to wait for");
  });

  it("hands on the promise's own failure", async () => {
    const clock = new SimulatedClock();
    const work = clock.sleep(5).then(() => {
      throw new Error("mine");
    });
    const failure = await clock.run(work).catch((error: Error) => error);
    expect(failure).to.have.property("message", "mine");
  });

  it("honours abort before and during a sleep, and leaves no timer and no listener", async () => {
    const clock = new SimulatedClock();
    const ending = new AbortController();
    const { signal } = ending;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };

    await clock.run(clock.sleep(10, signal));
    expect(listeners).to.equal(0);

    const asleep = clock.sleep(1_000_000, signal).catch((error: unknown) => error);
    expect(clock.pending).to.equal(1);
    ending.abort();
    expect(isHpcnbError(await asleep, "HPCNB_ABORTED")).to.equal(true);
    expect(clock.pending).to.equal(0);
    expect(clock.now()).to.equal(10);
    const again = await clock.sleep(1, signal).catch((error: unknown) => error);
    expect(isHpcnbError(again, "HPCNB_ABORTED")).to.equal(true);
    expect(clock.pending).to.equal(0);
  });

  it("advances by a given time, with all that falls due in it and no more", async () => {
    const clock = new SimulatedClock();
    let ticks = 0;
    const ending = new AbortController();
    const ticking = (async () => {
      for (;;) {
        await clock.sleep(10, ending.signal);
        ticks += 1;
      }
    })().catch((error: unknown) => error);
    await clock.advance(35);
    expect(ticks).to.equal(3);
    expect(clock.now()).to.equal(35);
    ending.abort();
    await ticking;
  });
});
