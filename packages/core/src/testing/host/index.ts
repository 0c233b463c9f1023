import type { TestFunctions } from "../test-functions.js";
import type { HostFixture } from "./fixture.js";
import { lockBehaviours } from "./lock.js";
import { readBehaviours } from "./read-files.js";
import { runBehaviours } from "./run.js";
import { writeBehaviours } from "./write-files.js";

export { type HostFixture, isLockFree } from "./fixture.js";

export interface HostConformanceOptions {
  /** For the report. */
  readonly name: string;
  /** Called for each test. */
  create(): Promise<HostFixture>;
}

const topics = { run: runBehaviours, files: { ...writeBehaviours, ...readBehaviours }, lock: lockBehaviours };

/** Declares the contract of `Host` as tests, as far as it is the same wherever the host is. */
export function hostConformance({ describe, it }: TestFunctions, options: HostConformanceOptions): void {
  describe(`${options.name} as a host`, () => {
    for (const [topic, behaviours] of Object.entries(topics))
      describe(topic, () => {
        for (const [sentence, check] of Object.entries(behaviours))
          it(sentence, async () => {
            const fixture = await options.create();
            try {
              await check(fixture);
            } finally {
              await fixture.dispose();
            }
          });
      });
  });
}
