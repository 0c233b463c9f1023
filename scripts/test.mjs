/**
 * Everything that is tested, from a fresh clone: `npm test`, in two lanes side by side. Arguments
 * go to mocha, so that `npm test -- packages/core --grep records` runs a part, in one process.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { provideDebianPackages } from "./lib/debian-packages.mjs";
import { everyTest, lanes, runLanes, runTests } from "./lib/lanes.mjs";
import { providePython } from "./lib/python-environment.mjs";
import { root } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { main, say } from "./lib/step.mjs";
import { build } from "./lib/workspace.mjs";

await main(async () => {
  say("Setting up");
  const { python, venv } = await setUp();
  const notebook6 = await providePython({
    python,
    directory: ".cache/notebook6",
    requirements: "test/notebook6-requirements.txt",
    megabytes: 200,
    mayUseSystem: false,
  });
  await provideDebianPackages();
  await build();
  say("Testing");
  const env = { HPCNB_TEST_VENV: venv, HPCNB_TEST_VENV_NOTEBOOK6: notebook6 };
  const words = process.argv.slice(2);
  return words.length === 0 ? runLanes(lanes, env) : runTests(mochaArguments(words), env);
});

/**
 * A word that is a path narrows the tests to it; a directory stands for the test files below it.
 */
function mochaArguments(words) {
  const isPath = (word) => existsSync(join(root, word));
  const specs = words.some(isPath) ? [] : everyTest;
  return [
    ...specs,
    ...words.map((word) =>
      isPath(word) && statSync(join(root, word)).isDirectory() ? join(word, "**/*.test.ts") : word,
    ),
  ];
}
