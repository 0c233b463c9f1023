import { HpcnbError } from "@hpcnb/core";
import { takeDown, watch } from "@hpcnb/core/session";
import { expect } from "chai";
import { SimulatedSession, up } from "./support/simulated-session.js";

interface Seen {
  readonly at: number;
  /** The phase, or the code of why the host could not be reached. */
  readonly what: string;
}

/** Watches until `isEnough`. */
async function watched(world: SimulatedSession, isEnough: (seen: readonly Seen[]) => boolean): Promise<Seen[]> {
  const ending = new AbortController();
  const seen: Seen[] = [];
  for await (const { tracker, problem } of watch(world.context(), ending.signal)) {
    seen.push({ at: world.clock.now(), what: problem?.code ?? tracker?.state.phase ?? "nothing" });
    if (isEnough(seen)) ending.abort();
  }
  return seen;
}

const saw = (what: string) => (seen: readonly Seen[]) => seen.at(-1)?.what === what;

const changes = (seen: readonly Seen[]): string[] =>
  seen.map(({ what }) => what).filter((what, index, all) => what !== all[index - 1]);

describe("watching a session", () => {
  it("sees a session come up that another command starts, and soon", async () => {
    const world = new SimulatedSession({ queueWait: 60, startTime: 20 });
    let upAt = 0;
    const starting = up(world).then(() => {
      upAt = world.clock.now();
    });
    const [seen] = await world.clock.run(Promise.all([watched(world, saw("up")), starting]));
    expect(changes(seen)).to.deep.equal(["absent", "queued", "starting", "connecting", "up"]);
    expect(seen.at(-1)?.at).to.be.at.most(upAt + 3_000);
  });

  it("looks seldom while nothing changes, and goes on after an end", async () => {
    const world = new SimulatedSession();
    await up(world);
    const start = world.clock.now();
    const quiet = await world.clock.run(watched(world, (seen) => (seen.at(-1)?.at ?? 0) >= start + 60_000));
    expect(quiet).to.have.length(7);
    const taking = async () => {
      await world.clock.sleep(30_000);
      await takeDown(world.context());
      await world.clock.sleep(30_000);
      await world.clock.run(up(world));
    };
    const isUpAgain = (seen: readonly Seen[]) => saw("up")(seen) && seen.some(({ what }) => what === "ended");
    const [seen] = await world.clock.run(Promise.all([watched(world, isUpAgain), taking()]));
    expect(changes(seen)).to.deep.equal(["up", "stopping", "ended", "up"]);
  });

  it("takes a host that is away for a look like any other, also before it was ever reached", async () => {
    const world = new SimulatedSession();
    await up(world);
    let isAway = true;
    world.host.beforeEach = () => {
      if (isAway) throw new HpcnbError("HPCNB_SSH", "No route to host.", { transient: true });
    };
    const coming = async () => {
      await world.clock.sleep(25_000);
      isAway = false;
      await world.clock.sleep(25_000);
      isAway = true;
    };
    const isEnough = (seen: readonly Seen[]) => changes(seen).length === 3;
    const [seen] = await world.clock.run(Promise.all([watched(world, isEnough), coming()]));
    expect(changes(seen)).to.deep.equal(["HPCNB_SSH", "up", "HPCNB_SSH"]);
  });
});
