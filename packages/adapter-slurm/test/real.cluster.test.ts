import { schedulerConformance } from "@hpcnb/core/testing";
import { useCluster } from "./cluster.js";
import { realTests } from "./real.js";

/** Slurm looks at time limits, which are minutes, every half minute. */
const shortestWalltimeSeconds = 60;

/** Without a width for each field, squeue cannot be asked how often a job has been put back. */
const capabilities = { requeue: false };

describe("adapter-slurm on a real Slurm", () => {
  const cluster = useCluster(true);

  schedulerConformance(
    { describe, it },
    { name: "Slurm 22.05", shortestWalltimeSeconds, capabilities, create: () => cluster().fixture() },
  );
  describe("among users", () => realTests(cluster));
});

describe("adapter-slurm on a real Slurm that keeps no accounts", () => {
  const cluster = useCluster(false);
  const differs = /exit code|history|walltime/;

  // The whole suite there takes two minutes more: see without-accounts.soak.ts.
  schedulerConformance(
    { describe, it: (title, test) => (differs.test(title) ? it(title, test) : undefined) },
    { name: "Slurm 22.05", shortestWalltimeSeconds, capabilities, create: () => cluster().fixture() },
  );
});
