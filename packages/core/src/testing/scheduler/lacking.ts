import assert from "node:assert/strict";
import type { JobSpec } from "../../scheduler.js";
import { lackedBy, type RequestFeature } from "../../scheduler-features.js";
import { expectError } from "./expect-error.js";
import type { Topic } from "./topic.js";

/** What asks for it. */
const requests: Readonly<Record<RequestFeature, Partial<JobSpec>>> = {
  tasksAtOnce: { tasks: 2, tasksAtOnce: 1 },
  cores: { resources: { cores: 2 } },
  memory: { resources: { memory: 2 ** 30 } },
  walltime: { resources: { walltimeSeconds: 3600 } },
  queue: { resources: { queue: "a-queue" } },
  native: { resources: { native: ["--argument"] } },
};

export const lacking: Topic = (behaviour, options) => {
  for (const [feature, changes] of Object.entries(requests)) {
    if (!lackedBy(options).has(feature as RequestFeature)) continue;
    behaviour(`is refused in words what it lacks: ${feature}`, [], async (trial) => {
      const job = trial.job(changes);
      await expectError("submitting it", trial.submit(job), ["HPCNB_SUBMIT_REJECTED"]);
      const name = trial.scheduler.nameOf(job.name);
      assert.ok(!(await trial.scheduler.status()).some((listed) => listed.name === name), "the job is listed");
    });
  }
};
