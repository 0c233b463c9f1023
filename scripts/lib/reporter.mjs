import Mocha from "mocha";

const { Base } = Mocha.reporters;
const { EVENT_RUN_END, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** Milliseconds a run may take to end by itself after its last test. */
const closingLimit = 10_000;

/** A line for each top-level suite, then every failure in full, every skipped test, and the count. */
export default class Reporter extends Base {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    let passes = 0;
    let failures = 0;
    let since = performance.now();
    runner.on(EVENT_TEST_PASS, () => passes++);
    runner.on(EVENT_TEST_FAIL, () => failures++);
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(test));
    runner.on(EVENT_SUITE_END, (suite) => {
      if (!suite.parent?.root) return;
      const seconds = ((performance.now() - since) / 1000).toFixed(1);
      const failed = failures > 0 ? `, ${failures} FAILED` : "";
      Base.consoleLog(`  ${suite.title}: ${passes} passed${failed} (${seconds} s)`);
      passes = 0;
      failures = 0;
      since = performance.now();
    });
    runner.on(EVENT_RUN_END, () => {
      if (this.failures.length > 0) Base.list(this.failures);
      for (const test of skipped) Base.consoleLog(`  skipped: ${test.fullTitle()}`);
      const { stats } = this;
      Base.consoleLog(`${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped`);
      failIfStillOpen();
    });
  }
}

/** Node ends when nothing is open any more. What a test forgot to close is told instead of waited for. */
function failIfStillOpen() {
  const report = () => {
    Base.consoleLog(`A test left something open: ${process.getActiveResourcesInfo().join(", ")}`);
    // Added after mocha's own handler, which would set the number of failed tests.
    process.on("exit", () => {
      process.exitCode = 1;
    });
    process.exit();
  };
  setTimeout(report, closingLimit).unref();
}
