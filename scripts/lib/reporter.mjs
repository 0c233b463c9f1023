import { format } from "node:util";
import Mocha from "mocha";
import { leftOpen, noteOpenHandles } from "./open-handles.mjs";
import { printResults, writeResults } from "./results.mjs";

const { Base } = Mocha.reporters;
const { EVENT_RUN_END, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** Milliseconds a run may take to end by itself after its last test. */
const closingLimit = 10_000;

/**
 * A line for each top-level suite. Then the results: printed, or written to the file of the
 * reporter option `results`, and the process that started this lane prints them from there.
 */
export default class Reporter extends Base {
  constructor(runner, options) {
    super(runner, options);
    const file = options.reporterOptions?.results;
    const skipped = [];
    let suite = { passed: 0, failed: 0, since: performance.now() };
    const failures = [];
    const results = (ended) => ({ passed: this.stats.passes, failures, skipped, ended });
    const save = (all) => file && writeResults(file, all);
    runner.on(EVENT_TEST_PASS, () => {
      suite.passed += 1;
    });
    runner.on(EVENT_TEST_FAIL, (test) => {
      suite.failed += 1;
      failures.push({ title: test.fullTitle(), file: fileOf(test), text: textOf(test) });
      save(results(false));
    });
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.on(EVENT_SUITE_END, ({ title, parent, file: testFile }) => {
      if (!parent?.root) return;
      noteOpenHandles(testFile);
      const seconds = ((performance.now() - suite.since) / 1000).toFixed(1);
      const failed = suite.failed > 0 ? `, ${suite.failed} FAILED` : "";
      console.log(`  ${title}: ${suite.passed} passed${failed} (${seconds} s)`);
      suite = { passed: 0, failed: 0, since: performance.now() };
      save(results(false));
    });
    runner.on(EVENT_RUN_END, () => {
      const all = results(true);
      save(all);
      // Node ends when nothing is open any more. What a test forgot to close is told instead of
      // waited for.
      setTimeout(() => {
        const title = "A test left something open";
        failures.push({ title, text: `\n  ${title}:\n${leftOpen()}` });
        process.exit();
      }, closingLimit).unref();
      // Added after mocha's own handler, which sets the exit code to the number of failed tests.
      process.on("exit", () => {
        if (failures.length > 0) process.exitCode ||= 1;
        if (file) save(all);
        else printResults([all]);
      });
    });
  }
}

/** A hook has the file only in its suite. */
function fileOf(test) {
  return test.file ?? (test.parent && fileOf(test.parent));
}

/** What mocha would print of this failed test. */
function textOf(failure) {
  const lines = [];
  const { consoleLog } = Base;
  Base.consoleLog = (...words) => lines.push(format(...words));
  try {
    Base.list([failure]);
  } finally {
    Base.consoleLog = consoleLog;
  }
  return lines.join("\n").replace("1) ", "");
}
