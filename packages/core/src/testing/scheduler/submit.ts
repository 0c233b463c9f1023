import assert from "node:assert/strict";
import { expectError } from "./expect-error.js";
import type { Topic } from "./topic.js";
import { need } from "./trial.js";

export const submit: Topic = (behaviour, { capabilities, shortestWalltimeSeconds = 1 }) => {
  behaviour("lists a job from the moment it was submitted until it ends", [], async (trial) => {
    const job = trial.job();
    const id = await trial.submit(job);
    assert.match(id, /^\S+$/, "an id is one word");
    assert.equal((await trial.mustFind(id)).name, trial.scheduler.nameOf(job.name));
    await trial.until(
      `job ${id} to run, and to be listed in every answer until then`,
      () => trial.mustFind(id),
      ({ state }) => state === "running",
    );
  });

  behaviour("runs the script and puts stdout and stderr together into the output file", ["realJobs"], async (trial) => {
    const job = trial.job({ script: "#!/bin/sh\necho to stdout\necho to stderr >&2\n" });
    const id = await trial.submit(job);
    await trial.untilOutput(job.output, (text) => text.includes("to stdout") && text.includes("to stderr"), "both");
    await trial.untilEnded(id);
  });

  behaviour("runs the script with the interpreter of its first line", ["realJobs"], async (trial) => {
    const script = "#!/bin/cat\nThis isn't shell: $HOME `date` $(\n";
    const job = trial.job({ script });
    await trial.submit(job);
    await trial.untilOutput(
      job.output,
      (text) => text.includes(script),
      "the script itself, printed by its interpreter",
    );
  });

  behaviour("runs the script in the working directory", ["realJobs"], async (trial) => {
    const workingDirectory = `${trial.fixture.directory}/work`;
    await trial.host.writeFiles([{ path: `${workingDirectory}/marker`, text: "found by its relative name\n" }]);
    const job = trial.job({ script: "#!/bin/sh\ncat marker\n", workingDirectory });
    await trial.submit(job);
    await trial.untilOutput(job.output, (text) => text.includes("found by its relative name"), "the marker's text");
  });

  behaviour("leaves nothing behind when the scheduler rejects a job", ["rejection"], async (trial) => {
    const accepted = trial.job();
    const job = need(trial.fixture.rejectedJob, "rejectedJob", "rejection")(accepted);
    const error = await expectError("submitting it", trial.submit(job), ["HPCNB_SUBMIT_REJECTED"]);
    assert.equal(error.transient, false, "a job that will be rejected again must not be called transient");
    const listed = await trial.scheduler.status();
    assert.ok(!listed.some(({ name }) => name === trial.scheduler.nameOf(job.name)), "the rejected job is listed");
    const id = await trial.submit(accepted);
    await trial.mustFind(id);
  });

  behaviour("ends a job that runs longer than its walltime, and says why", ["walltime"], async (trial) => {
    const id = await trial.submit(trial.job({ resources: { walltimeSeconds: shortestWalltimeSeconds } }));
    await trial.untilEnded(id);
    if (capabilities?.history === false) return;
    const end = await trial.until(
      `the end of job ${id}, in the list or in its history`,
      () => trial.endOf(id),
      ({ reason, walltimeReached }) => reason !== undefined || walltimeReached !== undefined,
    );
    const told = JSON.stringify(end);
    assert.notEqual(end.exitCode, 0, `a job that was ended has not succeeded: ${told}`);
    assert.ok(end.reason?.trim(), `no reason is told: ${told}`);
    assert.equal(end.walltimeReached, true, `it is not told that its walltime was reached: ${told}`);
  });
};
