import assert from "node:assert/strict";
import { need } from "./bench.js";
import { expectError } from "./expect-error.js";
import type { Topic } from "./topic.js";

export const submit: Topic = (behaviour, { capabilities, shortestWalltimeSeconds = 1 }) => {
  behaviour("lists a job from the moment it was submitted until it ends", [], async (bench) => {
    const job = bench.job();
    const id = await bench.submit(job);
    assert.match(id, /^\S+$/, "an id is one word");
    assert.equal((await bench.mustFind(id)).name, bench.scheduler.nameOf(job.name));
    await bench.until(
      `job ${id} to run, and to be listed in every answer until then`,
      () => bench.mustFind(id),
      ({ state }) => state === "running",
    );
  });

  behaviour("runs the script and puts stdout and stderr together into the output file", ["realJobs"], async (bench) => {
    const job = bench.job({ script: "#!/bin/sh\necho to stdout\necho to stderr >&2\n" });
    const id = await bench.submit(job);
    await bench.untilOutput(job.output, (text) => text.includes("to stdout") && text.includes("to stderr"), "both");
    await bench.untilEnded(id);
  });

  behaviour("runs the script with the interpreter of its first line", ["realJobs"], async (bench) => {
    const script = "#!/bin/cat\nThis isn't shell: $HOME `date` $(\n";
    const job = bench.job({ script });
    await bench.submit(job);
    await bench.untilOutput(
      job.output,
      (text) => text.includes(script),
      "the script itself, printed by its interpreter",
    );
  });

  behaviour("runs the script in the working directory", ["realJobs"], async (bench) => {
    const workingDirectory = `${bench.fixture.directory}/work`;
    await bench.host.writeFiles([{ path: `${workingDirectory}/marker`, text: "found by its relative name\n" }]);
    const job = bench.job({ script: "#!/bin/sh\ncat marker\n", workingDirectory });
    await bench.submit(job);
    await bench.untilOutput(job.output, (text) => text.includes("found by its relative name"), "the marker's text");
  });

  behaviour("leaves nothing behind when the scheduler rejects a job", ["rejection"], async (bench) => {
    const accepted = bench.job();
    const job = need(bench.fixture.rejectedJob, "rejectedJob", "rejection")(accepted);
    const error = await expectError("submitting it", bench.submit(job), ["HPCNB_SUBMIT_REJECTED"]);
    assert.equal(error.transient, false, "a job that will be rejected again must not be called transient");
    const listed = await bench.scheduler.status();
    assert.ok(!listed.some(({ name }) => name === bench.scheduler.nameOf(job.name)), "the rejected job is listed");
    const id = await bench.submit(accepted);
    await bench.mustFind(id);
  });

  behaviour("ends a job that runs longer than its walltime, and says why", ["walltime"], async (bench) => {
    const id = await bench.submit(bench.job({ resources: { walltimeSeconds: shortestWalltimeSeconds } }));
    await bench.untilEnded(id);
    if (capabilities?.history === false) return;
    const end = await bench.until(
      `the end of job ${id}, in the list or in its history`,
      () => bench.endOf(id),
      ({ reason, walltimeReached }) => reason !== undefined || walltimeReached !== undefined,
    );
    const told = JSON.stringify(end);
    assert.notEqual(end.exitCode, 0, `a job that was ended has not succeeded: ${told}`);
    assert.ok(end.reason?.trim(), `no reason is told: ${told}`);
    assert.equal(end.walltimeReached, true, `it is not told that its walltime was reached: ${told}`);
  });
};
