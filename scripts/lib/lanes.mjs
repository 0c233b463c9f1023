import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printResults, readResults } from "./results.mjs";
import { passThrough } from "./run.mjs";

const mocha = [process.execPath, "node_modules/mocha/bin/mocha.js", "--reporter", "scripts/lib/reporter.mjs"];
const clusterTests = "**/*.cluster.test.ts";

/** Every test file. */
export const everyTest = ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"];

/**
 * Testbeds take turns in one lane, as each is a whole cluster; everything else runs beside them.
 */
export const lanes = [
  { name: "tests on clusters", words: everyTest.map((spec) => spec.replace("**/*.test.ts", clusterTests)) },
  { name: "other tests", words: [...everyTest, "--ignore", clusterTests] },
];

/** Runs some tests in one mocha process. Resolves to its exit code. */
export const runTests = (words, env) => passThrough([...mocha, ...words], { env });

/** More files than this that fail are no accident, and are not run a second time. */
const mostFilesAgain = 3;

/**
 * Runs lanes side by side, each in a mocha process, and then the files that failed once more,
 * alone. Prints what came of all. Resolves to an exit code. See docs/decisions/0027.
 */
export async function runLanes(lanes, env) {
  const folder = await mkdtemp(join(tmpdir(), "hpcnb-results-"));
  const run = async ({ name, words }) => {
    const file = join(folder, `${name}.json`);
    const since = performance.now();
    const exitCode = await runTests([...words, "--reporter-option", `results=${file}`], env);
    const results = readResults(file, { name, exitCode });
    const seconds = ((performance.now() - since) / 1000).toFixed(0);
    console.log(`the ${name}: ${results.passed} passed, ${results.failures.length} failed (${seconds} s)`);
    return results;
  };
  try {
    const first = await Promise.all(lanes.map(run));
    const failures = first.flatMap(({ failures }) => failures);
    const files = [...new Set(failures.map(({ file }) => file))];
    const isTriedAgain = files.length > 0 && files.length <= mostFilesAgain && !files.includes(undefined);
    const areFlaky = isTriedAgain && passes(await run({ name: "second try", words: files }), first);
    printResults(areFlaky ? first.map((results) => ({ ...results, failures: [] })) : first, areFlaky ? failures : []);
    return failures.length > 0 && !areFlaky ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A test that is skipped this time has not passed. */
function passes({ failures, skipped }, first) {
  const skippedBefore = new Set(first.flatMap(({ skipped }) => skipped));
  return failures.length === 0 && skipped.every((title) => skippedBefore.has(title));
}
