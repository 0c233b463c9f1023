import { createCommandScheduler, expectSuccess, type Host, type Scheduler, systemClock } from "@hpcnb/core";
import { commandHost, createWaitUntil, recordingHost, type SchedulerFixture } from "@hpcnb/core/testing";
import { createLocalHost } from "@hpcnb/host";
import { nameHere, type Testbed, useTestbed } from "@hpcnb/testbed";
import { type GridEngineOptions, gridEngineDialect } from "../src/index.js";

/** A real Grid Engine, with its submit node and the users alice and bob. */
export interface Cluster {
  readonly testbed: Testbed;
  /** Runs a command on the submit node as root, which must succeed. */
  asRoot(...argv: readonly string[]): Promise<string>;
  /** The submit node, with commands run by alice. `environment` is asked for each command. */
  host(environment?: () => readonly string[]): Host;
  scheduler(options?: GridEngineOptions, environment?: readonly string[]): Scheduler;
  /** A new directory of alice's. */
  directory(): Promise<string>;
  /**
   * What the conformance suite needs; a test of its own finds its scheduler, its directory and its
   * waiting there.
   */
  fixture(): Promise<SchedulerFixture & { readonly host: Host }>;
}

/**
 * For the tests of the suite that this is called in: brings a cluster up before them and takes it
 * down after them.
 */
export function useCluster(): () => Cluster {
  const testbed = useTestbed({ before, after }, { name: nameHere("sgesuite"), nodes: 2 });
  return () => clusterOf(testbed());
}

function clusterOf(testbed: Testbed): Cluster {
  const host = (environment: () => readonly string[] = () => []) => submitNode(testbed, environment);
  const alice = host();
  const directory = async () =>
    expectSuccess(await alice.run(["mktemp", "-d", "-p", "/home/alice", "test.XXXXXX"]), "mktemp").stdout.trim();
  const asRoot = async (...argv: readonly string[]) =>
    expectSuccess(await testbed.exec("login", "root", argv), argv.join(" ")).stdout;
  return {
    testbed,
    asRoot,
    host,
    directory,
    scheduler: (options = {}, environment = []) =>
      createCommandScheduler(
        host(() => environment),
        gridEngineDialect(options),
      ),
    fixture: async () => {
      let environment: readonly string[] = [];
      const recording = recordingHost(host(() => environment));
      const own = await directory();
      return {
        scheduler: createCommandScheduler(recording, gridEngineDialect({ memoryResource: "h_vmem" })),
        host: recording,
        directory: own,
        waitUntil: createWaitUntil({ clock: systemClock, limitMs: 60_000 }),
        unknownId: "99999",
        heldJob: (job) => ({ ...job, resources: { native: ["-h"] } }),
        suspend: async (id) => {
          await asRoot("qmod", "-sj", id);
          return async () => {
            await asRoot("qmod", "-usj", id);
          };
        },
        requeueableJob: (job) => ({ ...job, resources: { native: ["-r", "y"] } }),
        requeue: async (id) => {
          await asRoot("qmod", "-rj", id);
        },
        rejectedJob: (job) => ({ ...job, resources: { queue: "no-such.q" } }),
        sent: () => recording.sent(),
        occupy: async () => {
          await asRoot("qmod", "-d", "*");
          return async () => {
            await asRoot("qmod", "-e", "*");
          };
        },
        breakAnswers: async () => {
          environment = ["SGE_ROOT=/no/such"];
          return async () => {
            environment = [];
          };
        },
        dispose: async () => {
          await asRoot("rm", "-r", own);
        },
      };
    },
  };
}

function submitNode(testbed: Testbed, environment: () => readonly string[]): Host {
  const machine = createLocalHost();
  return commandHost("login", async (argv, options) => {
    const command = await testbed.command("login", "alice", ["env", ...environment(), ...argv]);
    return { ...(await machine.run(command, options)), argv };
  });
}
