import { unsupportedReason } from "./packages.js";
import { startTestbed, type Testbed, type TestbedOptions } from "./testbed.js";

/** What a hook of mocha has as `this`. */
export interface HookContext {
  timeout(limit: string): unknown;
  /** Throws: the tests of the suite are not run. */
  skip(): never;
}

/** mocha's own. */
export interface SuiteHooks {
  before(hook: (this: HookContext) => Promise<void>): unknown;
  after(hook: () => Promise<void>): unknown;
}

/**
 * For the tests of the suite that this is called in: brings a testbed up before them, and takes it
 * down after them.
 * @returns the testbed, for the tests.
 */
export function useTestbed({ before, after }: SuiteHooks, options: TestbedOptions): () => Testbed {
  let testbed: Testbed | undefined;

  before(async function () {
    testbed = await startTestbedFor(this, options);
  });

  after(async () => {
    await testbed?.down();
  });

  return () => {
    if (!testbed) throw new Error("the testbed is up only while tests run");
    return testbed;
  };
}

/**
 * For the tests of the suite whose `before` calls this. Where there can be no testbed they are
 * skipped, and a line says why.
 */
export async function startTestbedFor(context: HookContext, options: TestbedOptions): Promise<Testbed> {
  // Packages and the Python environment are installed when they are not there yet.
  context.timeout("20m");
  const reason = await unsupportedReason();
  if (reason !== undefined) {
    console.log(`      skipped: ${reason}`);
    context.skip();
  }
  return startTestbed(options);
}
