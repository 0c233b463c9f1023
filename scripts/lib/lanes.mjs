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

/**
 * Runs lanes side by side, each in a mocha process, and prints what came of all. Resolves to an
 * exit code.
 */
export async function runLanes(lanes, env) {
  const folder = await mkdtemp(join(tmpdir(), "hpcnb-results-"));
  try {
    const all = await Promise.all(
      lanes.map(async ({ name, words }, number) => {
        const file = join(folder, `${number}.json`);
        const since = performance.now();
        const exitCode = await runTests([...words, "--reporter-option", `results=${file}`], env);
        const seconds = ((performance.now() - since) / 1000).toFixed(0);
        return { seconds, exitCode, ...readResults(file, { name, exitCode }) };
      }),
    );
    for (const { name, passed, failed, seconds } of all)
      console.log(`the ${name}: ${passed} passed, ${failed} failed (${seconds} s)`);
    printResults(all);
    return Math.max(...all.map(({ failed, exitCode }) => (failed > 0 ? exitCode || 1 : exitCode)));
  } finally {
    await rm(folder, { recursive: true });
  }
}
