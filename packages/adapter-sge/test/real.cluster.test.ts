import { schedulerConformance } from "@hpcnb/core/testing";
import { useCluster } from "./cluster.js";
import { siteHabitsTests } from "./site-habits.js";
import { troubleTests } from "./trouble.js";

/** All that needs a real Grid Engine, on one: bringing it up takes as long as many of the tests. */
describe("adapter-sge on a real Grid Engine", () => {
  const cluster = useCluster();

  schedulerConformance(
    { describe, it },
    {
      name: "Grid Engine 8.1.9",
      // Execution hosts look at limits every few seconds only.
      shortestWalltimeSeconds: 3,
      // It can suspend jobs for others, and ends none.
      capabilities: { preempt: false },
      create: () => cluster().fixture(),
    },
  );
  describe("in trouble", () => troubleTests(cluster));
  describe("at a site with habits of its own", () => siteHabitsTests(cluster));
});
