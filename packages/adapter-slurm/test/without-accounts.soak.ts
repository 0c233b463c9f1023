import { schedulerConformance } from "@hpcnb/core/testing";
import { useCluster } from "./cluster.js";

describe("adapter-slurm on a real Slurm that keeps no accounts", () => {
  const cluster = useCluster(false);

  schedulerConformance(
    { describe, it },
    {
      name: "Slurm 22.05",
      shortestWalltimeSeconds: 60,
      capabilities: { requeue: false },
      create: () => cluster().fixture(),
    },
  );
});
