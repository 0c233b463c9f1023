import { schedulerConformance } from "@hpcnb/core/testing";
import { useCluster } from "./cluster.js";

describe("adapter-sge on a real Grid Engine", function () {
  this.timeout("2m");
  const cluster = useCluster();

  schedulerConformance(
    { describe, it },
    {
      name: "Grid Engine 8.1.9",
      // Execution hosts look at limits every few seconds only.
      shortestWalltime: 3,
      create: () => cluster().fixture(),
    },
  );
});
