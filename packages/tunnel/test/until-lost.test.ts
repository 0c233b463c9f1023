import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import { untilLost } from "../src/until-lost.js";

describe("untilLost", () => {
  const everyMs = 5_000;

  it("believes three looks in a row that fail, and gives the last one's error", async () => {
    const clock = new SimulatedClock();
    const begun = clock.now();
    const looks = [false, false, true, false, false, false];
    let count = 0;
    const look = async () => {
      count += 1;
      if (!looks[count - 1]) throw new Error(`look ${count}`);
    };
    const lost = untilLost(look, { clock, everyMs, signal: new AbortController().signal });
    expect((await clock.run(lost))?.message).to.equal("look 6");
    expect(clock.now() - begun).to.equal(6 * everyMs);
  });

  it("ends with its signal, and has no error then", async () => {
    const clock = new SimulatedClock();
    const ending = new AbortController();
    const lost = untilLost(async () => {}, { clock, everyMs, signal: ending.signal });
    await clock.advance(10 * everyMs);
    ending.abort();
    expect(await lost).to.equal(undefined);
  });
});
