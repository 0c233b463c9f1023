import type { TestFunctions } from "../test-functions.js";
import { abort } from "./abort.js";
import { arrays } from "./arrays.js";
import { cancel } from "./cancel.js";
import { commands } from "./commands.js";
import { concurrency } from "./concurrency.js";
import { explain } from "./explain.js";
import type { SchedulerConformanceOptions } from "./fixture.js";
import { interruptions } from "./interruptions.js";
import { lacking } from "./lacking.js";
import { names } from "./names.js";
import { status } from "./status.js";
import { submit } from "./submit.js";
import { declareBehaviours, type Topic } from "./topic.js";

export type { Capabilities, Capability, SchedulerConformanceOptions, SchedulerFixture } from "./fixture.js";

const topics: Readonly<Record<string, Topic>> = {
  submit,
  status,
  cancel,
  arrays,
  explain,
  interruptions,
  lacking,
  names,
  concurrency,
  abort,
  commands,
};

/**
 * Declares the contract of `Scheduler` as tests, one a behaviour. Each test has a fixture of its
 * own, submits a handful of small jobs at most, and ends them. Against a real scheduler a test
 * takes as long as the scheduler does: give the runner's own limit more time than the fixture's
 * `waitUntil`.
 */
export function schedulerConformance(test: TestFunctions, options: SchedulerConformanceOptions): void {
  test.describe(`${options.name} as a scheduler`, () => {
    for (const [name, topic] of Object.entries(topics)) {
      test.describe(name, () => topic(declareBehaviours(test, options), options));
    }
  });
}
