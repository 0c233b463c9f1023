import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import { Pace, type Turn } from "../../src/session/pace.js";
import type { Phase } from "../../src/session/session-state.js";

const neverRests = () => false;

describe("the pace of looking", () => {
  /**
   * The turns of a phase that lasts so many milliseconds, where a host waits for news as long as it
   * may.
   */
  async function turnsOf(
    phase: Phase,
    milliseconds: number,
    { isResting = neverRests, reached = true } = {},
  ): Promise<(Turn & { pause: number })[]> {
    const clock = new SimulatedClock();
    const pace = new Pace(clock, phase, isResting);
    const turns: (Turn & { pause: number })[] = [];
    const work = async () => {
      while (clock.now() < milliseconds) {
        const turn = pace.turn();
        if (reached) await clock.sleep(turn.patienceMs ?? 0);
        const pause = pace.pauseAfter(turn, { phase, reached, isNew: false });
        turns.push({ ...turn, pause });
        await clock.sleep(pause);
      }
    };
    await clock.run(work());
    return turns;
  }

  it("begins at once, and then waits for news where a job runs, also while the scheduler is asked", async () => {
    const [first, ...others] = await turnsOf("starting", 60_000);
    expect(first).to.include({ asks: true, patienceMs: undefined, pause: 0 });
    for (const { patienceMs } of others) expect(patienceMs).to.be.greaterThan(0);
    expect(others.filter(({ asks }) => asks)).not.to.deep.equal([]);
  });

  it("takes few questions for a job that starts in six seconds", async () => {
    const turns = await turnsOf("starting", 6_000);
    expect(turns.length).to.be.at.most(6);
    expect(turns.filter(({ asks }) => asks).length).to.be.at.most(3);
  });

  it("lets nothing wait on a submit node for a queue, and sees a start late by a share of the wait alone", async () => {
    const turns = await turnsOf("queued", 3_600_000);
    for (const { at, pause, patienceMs } of turns) {
      expect(patienceMs).to.equal(undefined);
      expect(pause).to.be.at.most(Math.max(2_000, Math.min(at * 0.05, 10_000)) * 1.5);
    }
    expect(turns.length).to.be.below(500);
  });

  it("looks at a session that rests as a whole, each 10 s, and starts no program that waits", async () => {
    const turns = await turnsOf("up", 60_000, { isResting: () => true });
    expect(turns.map(({ at }) => at)).to.deep.equal([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
    for (const { asks, patienceMs } of turns)
      expect({ asks, patienceMs }).to.deep.equal({ asks: true, patienceMs: undefined });
  });

  it("tries a host that is away ever less often, and asks all as soon as it is back", async () => {
    const turns = await turnsOf("starting", 600_000, { reached: false });
    expect(turns.length).to.be.below(60);
    expect(turns.every(({ asks }) => asks)).to.equal(true);
    expect(Math.max(...turns.map(({ pause }) => pause))).to.equal(15_000);
  });

  it("asks no more of a scheduler that has just said that the jobs run", () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock, "queued", neverRests);
    pace.pauseAfter(pace.turn(), { phase: "starting", reached: true, isNew: false });
    expect(pace.turn()).to.deep.include({ asks: false, patienceMs: 2_000 });
  });

  it("lets no host wait beyond a deadline", async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock, "starting", neverRests);
    pace.pauseAfter(pace.turn(), { phase: "starting", reached: true, isNew: false });
    expect(pace.turn(clock.now() + 50).patienceMs).to.equal(50);
  });

  it("asks often what becomes of a session that has rested", () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock, "ended", (phase) => phase === "ended");
    const found = { reached: true, isNew: false };
    for (let count = 0; count < 20; count++) pace.pauseAfter(pace.turn(), { phase: "ended", ...found });
    pace.pauseAfter(pace.turn(), { phase: "submitting", ...found });
    const { asks, patienceMs } = pace.turn();
    expect({ asks, patienceMs }).to.deep.equal({ asks: false, patienceMs: 2_000 });
  });
});
