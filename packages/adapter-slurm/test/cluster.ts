import { createCommandScheduler, expectSuccess, type Host, type Scheduler, systemClock } from "@hpcnb/core";
import { commandHost, createWaitUntil, recordingHost, type SchedulerFixture } from "@hpcnb/core/testing";
import { createLocalHost } from "@hpcnb/host";
import { nameHere, type Testbed, useTestbed } from "@hpcnb/testbed";
import { slurmDialect } from "../src/index.js";

/** A real Slurm, with its submit node and the users alice and bob. */
export interface Cluster {
  readonly testbed: Testbed;
  /** Runs a command on the submit node as this user, which must succeed. */
  as(user: string, ...argv: readonly string[]): Promise<string>;
  /** What the conformance suite needs. `environment` is alice's, for each command. */
  fixture(
    environment?: readonly string[],
  ): Promise<SchedulerFixture & { readonly host: Host; readonly scheduler: Scheduler }>;
}

/**
 * For the tests of the suite that this is called in: brings a cluster up before them and takes it
 * down after them.
 */
export function useCluster(accounting: boolean): () => Cluster {
  const testbed = useTestbed(
    { before, after },
    { name: nameHere("slurmsuite"), schedulers: ["slurm"], accounting, nodes: 2 },
  );
  return () => clusterOf(testbed());
}

function clusterOf(testbed: Testbed): Cluster {
  const machine = createLocalHost();
  const as: Cluster["as"] = async (user, ...argv) =>
    expectSuccess(await testbed.exec("login", user, argv), argv.join(" ")).stdout;
  return {
    testbed,
    as,
    fixture: async (environment = []) => {
      let broken: readonly string[] = [];
      const host = recordingHost(
        commandHost("login", async (argv, options) => {
          const command = await testbed.command("login", "alice", ["env", ...environment, ...broken, ...argv]);
          return { ...(await machine.run(command, options)), argv };
        }),
      );
      const directory = (await as("alice", "mktemp", "-d", "-p", "/home/alice", "test.XXXXXX")).trim();
      return {
        scheduler: createCommandScheduler(host, slurmDialect()),
        host,
        directory,
        waitUntil: createWaitUntil({ clock: systemClock, limitMs: 150_000 }),
        unknownId: "9999999",
        heldJob: (job) => ({ ...job, resources: { native: ["--hold"] } }),
        rejectedJob: (job) => ({ ...job, resources: { queue: "no-such" } }),
        sent: () => host.sent(),
        occupy: async () => {
          await as("root", "scontrol", "update", "partitionname=main", "state=down");
          return async () => void (await as("root", "scontrol", "update", "partitionname=main", "state=up"));
        },
        suspend: async (id) => {
          await as("root", "scontrol", "suspend", id);
          return async () => void (await as("root", "scontrol", "resume", id));
        },
        preemptibleJob: (job) => ({ ...job, resources: { queue: "spare", cores: 8 } }),
        preempt: async (id) => {
          const [node = ""] = (await as("alice", "squeue", "--noheader", "--format=%B", `--jobs=${id}`)).split("\n");
          const other = ["--parsable", "--cpus-per-task=8", `--nodelist=${node}`, "--output=/dev/null", "--wrap=true"];
          await as("alice", "sbatch", ...other);
        },
        breakAnswers: async () => {
          const elsewhere = `${directory}/elsewhere.conf`;
          const text = "cat /etc/slurm/slurm.conf; echo SlurmctldPort=6999; echo MessageTimeout=2";
          await as("alice", "sh", "-c", `{ ${text}; } >"$1"`, "sh", elsewhere);
          broken = [`SLURM_CONF=${elsewhere}`];
          return async () => {
            broken = [];
          };
        },
        dispose: async () => void (await as("root", "rm", "-r", directory)),
      };
    },
  };
}
