import type { JobSpec } from "@hpcnb/core";
import { expectFailure } from "@hpcnb/core/testing";
import { expect } from "chai";
import type { Cluster } from "./cluster.js";

type Fixture = Awaited<ReturnType<Cluster["fixture"]>>;

/** What goes wrong, as the adapter tells it. */
export function troubleTests(cluster: () => Cluster): void {
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await cluster().fixture();
  });

  afterEach(async () => {
    const { scheduler, waitUntil } = fixture;
    await scheduler.cancel((await scheduler.status()).map(({ id }) => id));
    await waitUntil(
      async () => (await scheduler.status()).length === 0,
      () => "the end of all jobs",
    );
    await fixture.dispose();
  });

  const jobIn = ({ directory }: Fixture, changes: Partial<JobSpec>): JobSpec => ({
    name: "trouble",
    script: "#!/bin/sh\nsleep 60\n",
    workingDirectory: directory,
    output: `${directory}/log`,
    resources: {},
    ...changes,
  });

  const untilState = (id: string, state: string) =>
    fixture.waitUntil(
      async () => (await fixture.scheduler.status()).find((job) => job.id === id)?.state === state,
      () => `job ${id} to be ${state}`,
    );

  const wrong: Record<string, readonly [changes: Partial<JobSpec>, reason: string]> = {
    "directory of the output": [
      { output: "/home/alice/missing/log" },
      `error: can't open output file "/home/alice/missing/log": No such file or directory`,
    ],
    "working directory": [
      { workingDirectory: "/home/alice/missing" },
      "error: can't chdir to /home/alice/missing: No such file or directory",
    ],
    interpreter: [{ script: "#!/bin/no-such\n" }, 'unable to find shell "/bin/no-such"'],
  };
  for (const [what, [changes, reason]] of Object.entries(wrong)) {
    it(`tells that the ${what} is missing where the job was to run`, async () => {
      const id = await fixture.scheduler.submit(jobIn(fixture, changes));
      await untilState(id, "error");
      const clear = `(once the cause is removed, \`qmod -cj ${id}\` clears the error of a job that is still there)`;
      expect(await fixture.scheduler.explain(id)).to.equal(`${reason}\n${clear}`);
    });
  }

  it("tells that the walltime was reached, also of an array's tasks", async () => {
    const { scheduler, waitUntil } = fixture;
    const id = await scheduler.submit(jobIn(fixture, { resources: { walltimeSeconds: 2 }, tasks: 2 }));
    await waitUntil(
      async () => (await scheduler.history({ id, name: "trouble" }))?.reason?.split("\n").length === 2,
      () => `the end of both tasks of ${id}`,
    );
    const { reason, exitCode } = (await scheduler.history({ id, name: "trouble" })) ?? {};
    expect(exitCode).to.equal(undefined);
    for (const task of [1, 2]) expect(reason).to.include(`task ${task}: its walltime of 2 s was reached`);
  });

  it("tells the end neither of another job that had the number, nor of a try after which the job goes on", async () => {
    const { scheduler, waitUntil } = fixture;
    const first = await scheduler.submit(jobIn(fixture, { name: "first", script: "#!/bin/sh\nexit 3\n" }));
    const exitCode = async (id: string, name: string) => (await scheduler.history({ id, name }))?.exitCode;
    await waitUntil(
      async () => (await exitCode(first, "first")) === 3,
      () => `the end of ${first}`,
    );
    await cluster().testbed.fault("scheduler-stopped");
    // There stands the last number that was given.
    await cluster().asRoot("sh", "-c", `echo ${Number(first) - 1} >/var/spool/gridengine/qmaster/jobseqnum`);
    await cluster().testbed.heal();
    const restarts = { resources: { native: ["-r", "y"] }, name: "second" };
    const second = await scheduler.submit(jobIn(fixture, restarts));
    expect(second).to.equal(first);
    await untilState(second, "running");
    expect(await scheduler.history({ id: second, name: "second" })).to.equal(undefined);

    await cluster().asRoot("qmod", "-rj", second);
    await waitUntil(
      async () => (await scheduler.status()).some(({ native }) => native === "Rr"),
      () => `${second} to run again`,
    );
    const { stdout } = await cluster().host().run(["qacct", "-j", second]);
    expect(stdout).to.include("rescheduling");
    expect(await scheduler.history({ id: second, name: "second" })).to.equal(undefined);
    expect(await exitCode(second, "first")).to.equal(3);
  });

  it("tells that a job waits because others have all the slots", async () => {
    const { scheduler, waitUntil } = fixture;
    const whole = { cores: 8, options: { parallelEnvironment: "smp" } };
    const both = await Promise.all([1, 2].map(() => scheduler.submit(jobIn(fixture, { resources: whole }))));
    for (const id of both) await untilState(id, "running");
    const id = await scheduler.submit(jobIn(fixture, {}));
    await waitUntil(
      async () => (await scheduler.explain(id)) !== undefined,
      () => `a reason why ${id} waits`,
    );
    const reason = await scheduler.explain(id);
    for (const node of cluster().testbed.nodes)
      expect(reason).to.match(new RegExp(`queue instance "all\\.q@${node}" dropped because it is full`));
    expect((await scheduler.status()).find((job) => job.id === id)?.state).to.equal("queued");
  });

  it("tells that a site collects no reasons", async () => {
    const { scheduler } = fixture;
    await collectReasons("false");
    try {
      const id = await scheduler.submit(jobIn(fixture, { resources: { native: ["-h"] } }));
      expect(await scheduler.explain(id)).to.equal(
        "Grid Engine gives no reason: this site does not collect them (schedd_job_info is off in its scheduler's configuration).",
      );
    } finally {
      await collectReasons("true");
    }
  });

  const refused: Record<string, JobSpec["resources"]> = {
    'unknown queue "no-such.q"': { queue: "no-such.q" },
    'parallel environment "no-such" does not exist': { options: { parallelEnvironment: "no-such" } },
    'unknown resource "no_such"': { native: ["-l", "no_such=1"] },
    "no-such-option": { native: ["-no-such-option"] },
  };
  for (const [words, resources] of Object.entries(refused)) {
    it(`passes on that a job is refused: ${words}`, async () => {
      const error = await expectFailure(
        fixture.scheduler.submit(jobIn(fixture, { resources })),
        "HPCNB_SUBMIT_REJECTED",
      );
      expect(error.message).to.include(words);
      expect(error.transient).to.equal(false);
    });
  }

  it("calls it transient that the user has too many jobs", async () => {
    const { scheduler } = fixture;
    await configure("max_u_jobs", "1");
    try {
      await scheduler.submit(jobIn(fixture, {}));
      const error = await expectFailure(scheduler.submit(jobIn(fixture, {})), "HPCNB_SUBMIT_REJECTED");
      expect(error.transient).to.equal(true);
      expect(error.message).to.include("only 1 jobs are allowed per user");
    } finally {
      await configure("max_u_jobs", "0");
    }
  });

  it("has no answer while sge_qmaster is stopped, and all answers afterwards", async () => {
    const { scheduler } = fixture;
    const id = await scheduler.submit(jobIn(fixture, {}));
    await untilState(id, "running");
    await cluster().testbed.fault("scheduler-stopped");
    try {
      for (const question of [
        () => scheduler.submit(jobIn(fixture, {})),
        () => scheduler.status(),
        () => scheduler.cancel([id]),
        () => scheduler.explain(id),
      ]) {
        expect((await expectFailure(question(), "HPCNB_SCHEDULER_UNREACHABLE")).transient).to.equal(true);
      }
    } finally {
      await cluster().testbed.heal();
    }
    await untilState(id, "running");
  });

  it("does not end another user's job", async () => {
    const { testbed } = cluster();
    const { stdout } = await testbed.exec("login", "bob", ["qsub", "-terse", "-h"], { stdin: "true\n" });
    const id = stdout.trim();
    const { scheduler } = fixture;
    const error = await expectFailure(scheduler.cancel([id]), "HPCNB_SCHEDULER_ANSWER");
    expect(error.message).to.include("privileges");
    expect(await scheduler.status()).to.deep.equal([]);
    await testbed.exec("login", "bob", ["qdel", id]);
  });

  async function configure(key: string, value: string): Promise<void> {
    const program = 'qconf -sconf | sed "s/^$1 .*/$1 $2/" >/tmp/global && qconf -Mconf /tmp/global';
    await cluster().asRoot("sh", "-c", program, "sh", key, value);
  }

  async function collectReasons(value: "true" | "false"): Promise<void> {
    const program =
      'qconf -ssconf | sed "s/^schedd_job_info .*/schedd_job_info $1/" >/tmp/scheduler && qconf -Msconf /tmp/scheduler';
    await cluster().asRoot("sh", "-c", program, "sh", value);
  }
}
