import { SimulatedClock } from "@hpcnb/core/testing";
import { expect } from "chai";
import type { Phase } from "../../src/session/life-cycle.js";
import { Pace, type Turn } from "../../src/session/pace.js";

describe("the pace of looking", () => {
  /**
   * The turns of a phase that lasts so many milliseconds, where a host waits for news as long as it
   * may.
   */
  async function turnsOf(phase: Phase, milliseconds: number): Promise<(Turn & { at: number; pause: number })[]> {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    pace.restart(phase);
    const turns: (Turn & { at: number; pause: number })[] = [];
    const work = async () => {
      while (clock.now() < milliseconds) {
        const at = clock.now();
        const turn = pace.turn(phase);
        await clock.sleep(turn.patienceMs ?? 0);
        pace.done(turn, true);
        const pause = pace.pause(turn, phase, true, at);
        turns.push({ ...turn, at, pause });
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
});
