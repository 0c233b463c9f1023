import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * A test that failed: its full title, its file where it has one, and what mocha says of it.
 * @typedef {{ title: string, file?: string, text: string }} Failure
 *
 * What came of one mocha process: `name` of its lane, the number that `passed`, the titles of
 * `skipped` tests, and `ended`, which is false until its last test is over.
 * @typedef {{ name?: string, passed: number, failures: Failure[], skipped: string[],
 *   ended: boolean }} Results
 */

/**
 * Every skipped test, every failure in full, then a line for each, and the count as the last line.
 * `flaky` are failures that a second try did not repeat: they are told, and not counted.
 */
export function printResults(all, flaky = []) {
  for (const title of all.flatMap(({ skipped }) => skipped)) console.log(`  skipped: ${title}`);
  printFailures("Failed once, then passed alone:", flaky);
  for (const { name, failures } of all) printFailures(`Failures of the ${name ?? "tests"}:`, failures);
  for (const { title } of flaky) console.log(`  flaky: ${title}`);
  for (const { title } of all.flatMap(({ failures }) => failures)) console.log(`  failed: ${title}`);
  const sum = (count) => all.reduce((total, results) => total + count(results), 0);
  const [passed, failed] = [sum((results) => results.passed), sum(({ failures }) => failures.length)];
  console.log(`${passed} passed, ${failed} failed, ${sum(({ skipped }) => skipped.length)} skipped`);
}

function printFailures(heading, failures) {
  if (failures.length > 0) console.log([`\n${heading}`, ...failures.map(({ text }) => text)].join("\n"));
}

/** A process that is killed meanwhile leaves what was written before. */
export function writeResults(file, results) {
  writeFileSync(`${file}.new`, JSON.stringify(results));
  renameSync(`${file}.new`, file);
}

/**
 * A lane whose process did not come to its end, or failed after it, has failed, whatever it had
 * found until then.
 */
export function readResults(file, { name, exitCode }) {
  const nothing = { passed: 0, failures: [], skipped: [], ended: false };
  const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : nothing;
  const { ended, failures } = results;
  if (ended && (exitCode === 0 || failures.length > 0)) return { name, ...results };
  const title = `The process of the ${name} ended ${ended ? "after" : "before"} its last test (exit code ${exitCode}).`;
  return { name, ...results, failures: [...failures, { title, text: `\n  ${title}\n` }] };
}
