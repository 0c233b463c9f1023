import { createCommandScheduler, expectSuccess, systemClock } from "@hpcnb/core";
import { createWaitUntil, recordingHost, schedulerConformance } from "@hpcnb/core/testing";
import { gridEngineDialect } from "../src/index.js";
import { clusterHost, onCluster, whyNoCluster } from "./cluster.js";

describe("adapter-sge on a real Grid Engine", function () {
  this.timeout("3m");

  before(async function () {
    const why = await whyNoCluster();
    if (why === undefined) return;
    console.log(`      skipped: ${why}`);
    this.skip();
  });

  schedulerConformance(
    { describe, it },
    {
      name: "Grid Engine",
      // Execution hosts look at limits every few seconds only.
      shortestWalltime: 3,
      create: async () => {
        let variables: string[] = [];
        const host = recordingHost(clusterHost(() => variables));
        const made = await host.run(["mktemp", "-d", "-p", "/home/alice", "conformance.XXXXXX"]);
        const directory = expectSuccess(made, "mktemp").stdout.trim();
        return {
          scheduler: createCommandScheduler(host, gridEngineDialect()),
          host,
          directory,
          waitUntil: createWaitUntil({ clock: systemClock, limit: 90_000, pause: 300 }),
          unknownId: "99999",
          heldJob: (job) => ({ ...job, resources: { native: ["-h"] } }),
          rejectedJob: (job) => ({ ...job, resources: { queue: "no-such.q" } }),
          sent: () => host.sent(),
          occupy: async () => {
            expectSuccess(await onCluster("root", ["qmod", "-d", "*"]), "qmod -d");
            return async () => {
              expectSuccess(await onCluster("root", ["qmod", "-e", "*"]), "qmod -e");
            };
          },
          breakAnswers: async () => {
            variables = ["SGE_ROOT=/no/such"];
            return async () => {
              variables = [];
            };
          },
          dispose: async () => {
            expectSuccess(await host.run(["rm", "-r", directory]), "rm");
          },
        };
      },
    },
  );
});
