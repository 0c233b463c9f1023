import { lackedBy, type SchedulerFeature } from "../../scheduler-features.js";
import type { TestFunctions } from "../test-functions.js";
import type { Capability, SchedulerConformanceOptions } from "./fixture.js";
import { Trial } from "./trial.js";

type Check = (trial: Trial) => Promise<void>;

/**
 * Declares one behaviour of the contract as a test, to be skipped where something that it needs is
 * missing.
 */
export type Behaviour = (sentence: string, needs: readonly (Capability | SchedulerFeature)[], check: Check) => void;

export type Topic = (behaviour: Behaviour, options: SchedulerConformanceOptions) => void;

export function declareBehaviours({ it }: TestFunctions, options: SchedulerConformanceOptions): Behaviour {
  return (sentence, needs, check) => {
    const body = () => onFreshTrial(options, check);
    const { capabilities = {} } = options;
    const lacks = lackedBy(options);
    const off: readonly string[] = [
      ...lacks,
      ...Object.entries(capabilities).flatMap(([name, on]) => (on ? [] : [name])),
    ];
    const missing = needs.filter((need) => off.includes(need));
    if (missing.length === 0) it(sentence, body);
    else it.skip?.(`${sentence} (this scheduler has no: ${missing.join(", ")})`, body);
  };
}

async function onFreshTrial(options: SchedulerConformanceOptions, check: Check): Promise<void> {
  const fixture = await options.create();
  const trial = new Trial(fixture, options);
  const failures: unknown[] = [];
  for (const step of [() => check(trial), () => trial.clean(), () => fixture.dispose()]) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    const messages = failures.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new AggregateError(failures, messages.join("\nand then, cleaning up: "), { cause: failures[0] });
  }
}
