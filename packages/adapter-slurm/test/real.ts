import type { JobSpec } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import type { Cluster } from "./cluster.js";

type Fixture = Awaited<ReturnType<Cluster["fixture"]>>;

/** Defaults of a user that would change every job and every answer. */
const theirs = [
  ...[
    "SBATCH_PARTITION=closed",
    "SBATCH_JOB_NAME=theirs",
    "SBATCH_ARRAY_INX=1-3",
    "SBATCH_EXPORT=ALL",
    "SECRET=theirs",
  ],
  ...[
    "SBATCH_TIMELIMIT=1",
    "SBATCH_MEM_PER_CPU=1",
    "SBATCH_ERROR=/home/alice/theirs",
    "SBATCH_WAIT=1",
    "SBATCH_TEST_ONLY=1",
  ],
  ...["SQUEUE_STATES=FAILED", "SQUEUE_FORMAT=%i", "SQUEUE_USERS=bob", "SQUEUE_NAMES=theirs", "SLURM_CLUSTERS=other"],
  ...["SCANCEL_STATE=SUSPENDED", "SCANCEL_INTERACTIVE=1", "SLURM_TIME_FORMAT=relative", "SLURM_JOB_ID=1"],
  ...["SLURM_MEM_PER_NODE=1", "SACCT_FEDERATION=1", "SLURM_BITSTR_LEN=5"],
];

/** What other people and other settings do to jobs, as the adapter tells it. */
export function realTests(cluster: () => Cluster): void {
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await cluster().fixture(theirs);
  });

  afterEach(async () => {
    const { scheduler, waitUntil } = fixture;
    await cluster().testbed.heal();
    await scheduler.cancel((await scheduler.status()).map(({ id }) => id));
    await waitUntil(
      async () => (await scheduler.status()).length === 0,
      () => "the end of all jobs",
    );
    await fixture.dispose();
  });

  const job = (changes: Partial<JobSpec> = {}): JobSpec => ({
    name: "real",
    script: "#!/bin/sh\nexec sleep 600\n",
    workingDirectory: fixture.directory,
    output: `${fixture.directory}/log`,
    resources: {},
    ...changes,
  });

  const untilState = (id: string, state: string) =>
    fixture.waitUntil(
      async () => (await fixture.scheduler.status()).find((one) => one.id === id)?.state === state,
      () => `job ${id} to be ${state}`,
    );

  const endOf = async (id: string) => {
    const ask = () => fixture.scheduler.history({ id, name: "real" });
    await fixture.waitUntil(
      async () => (await ask()) !== undefined,
      () => `the history of ${id}`,
    );
    return await ask();
  };

  it("gives a job what it asked for, the login environment, and none of the user's variables and limits", async () => {
    const script = '#!/bin/sh\nenv; echo "cpu seconds: $(ulimit -t)"; srun env | sed "s/^/step: /"\n';
    const resources = { cores: 3, memory: 300 * 2 ** 20, walltimeSeconds: 61 };
    const id = await fixture.scheduler.submit(job({ script, resources }));
    await endOf(id);
    const [text = ""] = await fixture.host.readFiles([`${fixture.directory}/log`]);
    expect(text).to.include("HOME=/home/alice").and.to.include("step: HOME=/home/alice");
    expect(text).not.to.include("theirs");
    expect(text).to.include("SLURM_CPUS_PER_TASK=3").and.to.include("SLURM_MEM_PER_NODE=300");
    expect(text).to.include("cpu seconds: unlimited");
    expect(await cluster().as("alice", "scontrol", "show", "job", id))
      .to.include("TimeLimit=00:02:00")
      .and.to.include("Requeue=0");
  });

  it("lists an array of many gaps, and each start", async () => {
    const id = await fixture.scheduler.submit(job({ tasks: 200, resources: { native: ["--hold"] } }));
    const odd = Array.from({ length: 100 }, (_, index) => ({ first: 2 * index + 1, last: 2 * index + 1 }));
    await fixture.scheduler.cancel([{ id, tasks: odd }]);
    const [array] = await fixture.scheduler.status();
    expect(array?.tasks?.map(({ first }) => first)).to.deep.equal(odd.map(({ first }) => first + 1));
    const single = await fixture.scheduler.submit(job());
    await untilState(single, "running");
    const { startedAt = "", host } = (await fixture.scheduler.status()).find((one) => one.id === single) ?? {};
    const known = await cluster().as("alice", "env", "TZ=UTC0", "scontrol", "--oneliner", "show", "job", single);
    expect(known).to.include(` StartTime=${startedAt.slice(0, -1)} `);
    expect(host).to.match(/^node\d$/);
  });

  it("tells who cancelled a job, and that a node died", async () => {
    const one = await fixture.scheduler.submit(job());
    await untilState(one, "running");
    await cluster().as("root", "scancel", one);
    // slurmdbd hears of it a little later than slurmctld.
    await fixture.waitUntil(
      async () => (await endOf(one))?.reason === "it was cancelled by root (CANCELLED)",
      () => "the name of the user that has cancelled the job",
    );

    const two = await fixture.scheduler.submit(job({ resources: { native: ["--nodelist=node1"] } }));
    await untilState(two, "running");
    await cluster().testbed.fault("dead-node", { host: "node1" });
    await cluster().testbed.heal();
    expect((await endOf(two))?.reason).to.equal("its node failed (NODE_FAIL)");
  });

  it("calls a job hopeless that can never start", async () => {
    const first = await fixture.scheduler.submit(job({ script: "#!/bin/sh\nexit 1\n" }));
    const id = await fixture.scheduler.submit(job({ resources: { native: [`--dependency=afterok:${first}`] } }));
    await untilState(id, "error");
    expect(await fixture.scheduler.explain(id)).to.include("DependencyNeverSatisfied");
  });

  it("has no answer while slurmctld is stopped, and all answers afterwards", async () => {
    const id = await fixture.scheduler.submit(job());
    await untilState(id, "running");
    await cluster().testbed.fault("scheduler-stopped");
    for (const ask of [() => fixture.scheduler.status(), () => fixture.scheduler.submit(job())]) {
      const error = await expectFailure(ask(), "HPCNB_SCHEDULER_UNREACHABLE");
      expect(error.transient).to.equal(true);
    }
    await cluster().testbed.heal();
    await untilState(id, "running");
  });

  it("does not let one user end another's job", async () => {
    const id = (await cluster().as("bob", "sbatch", "--parsable", "--output=/dev/null", "--wrap=sleep 600")).trim();
    await expectFailure(fixture.scheduler.cancel([id]), "HPCNB_SCHEDULER_ANSWER");
    expect(await fixture.scheduler.status()).to.deep.equal([]);
    await cluster().as("bob", "scancel", id);
  });
}
