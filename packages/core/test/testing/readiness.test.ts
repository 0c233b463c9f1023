import { expect } from "chai";
import { readinessPlugins, type StorageReadiness, systemClock } from "../../src/index.js";
import { readinessConformance, type TestFunctions } from "../../src/testing/index.js";

const createProbe = (): StorageReadiness => {
  const [probe] = readinessPlugins;
  if (!probe?.readiness) throw new Error("there is no probe");
  return probe.readiness.create({ clock: systemClock, log: () => {}, timeoutMs: 1, options: {} });
};

for (const { name, readiness } of readinessPlugins) {
  if (!readiness) throw new Error(`${name} offers no readiness`);
  const create = () => readiness.create({ clock: systemClock, log: () => {}, timeoutMs: 1, options: {} });
  readinessConformance({ describe, it }, { name, create });
}

/** What is done differently from a strategy that keeps the contract. */
const faults: Readonly<Record<string, readonly [caughtBy: string, fault: Partial<StorageReadiness>]>> = {
  "believes whatever it can parse": [
    "believes no record of another run",
    {
      read: async (host, paths) => (await host.readFiles(paths)).map((text) => text && JSON.parse(text.slice(0, -65))),
    },
  ],
  "answers in another order": [
    "reads records in the order asked",
    { read: async (...asked) => (await createProbe().read(...asked)).toReversed() },
  ],
  "brings Python without the function": [
    "tells jobs how to wait, by plain data",
    { forJob: () => ({ strategy: "own", seconds: 1, source: "def hold(): pass" }) },
  ],
};

describe("the conformance suite of readiness strategies", () => {
  for (const [name, [caughtBy, fault]] of Object.entries(faults))
    it(`catches one that ${name}`, async () => {
      const tests: [name: string, body: () => Promise<void>][] = [];
      const functions: TestFunctions = {
        describe: (_, body) => body(),
        it: (sentence, body) => tests.push([sentence, body]),
      };
      readinessConformance(functions, { name: "a strategy", create: () => ({ ...createProbe(), ...fault }) });
      const failed: string[] = [];
      for (const [sentence, body] of tests) await body().catch(() => failed.push(sentence));
      expect(failed).to.include(caughtBy);
    });
});
