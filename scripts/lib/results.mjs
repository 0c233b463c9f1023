import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * What came of one mocha process: `name` of its lane, counts, `failures` in full, the titles of
 * `skipped` tests, and `ended`, which is false until its last test is over.
 * @typedef {{ name?: string, passed: number, failed: number, failures: string, skipped: string[],
 *   ended: boolean }} Results
 */

/** Every failure in full, every skipped test, and the count as the last line. */
export function printResults(all) {
  for (const { name, failures } of all) {
    if (failures === "") continue;
    if (name !== undefined) console.log(`\nFailures of the ${name}:`);
    console.log(failures);
  }
  for (const title of all.flatMap(({ skipped }) => skipped)) console.log(`  skipped: ${title}`);
  const sum = (count) => all.reduce((total, results) => total + count(results), 0);
  const [passed, failed] = [sum((results) => results.passed), sum((results) => results.failed)];
  console.log(`${passed} passed, ${failed} failed, ${sum(({ skipped }) => skipped.length)} skipped`);
}

/** A process that is killed meanwhile leaves what was written before. */
export function writeResults(file, results) {
  writeFileSync(`${file}.new`, JSON.stringify(results));
  renameSync(`${file}.new`, file);
}

/** A lane that did not come to its end has failed, whatever it had found until then. */
export function readResults(file, { name, exitCode }) {
  const nothing = { passed: 0, failed: 0, failures: "", skipped: [], ended: false };
  const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : nothing;
  if (results.ended) return { name, ...results };
  const failures = `${results.failures}\n  The process of the ${name} ended before its last test (exit code ${exitCode}).\n`;
  return { name, ...results, failed: results.failed + 1, failures };
}
