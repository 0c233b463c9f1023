/** What the suites need of a test runner; mocha, vitest and node:test have it. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown;
  readonly it: {
    (name: string, body: () => Promise<void>): unknown;
    /** Reports a test that does not apply. Without it such a test is left out. */
    skip?(name: string, body: () => Promise<void>): unknown;
  };
}
