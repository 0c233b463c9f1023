/**
 * Everything that is tested, from a fresh clone: `npm test`.
 * Arguments go to mocha, so that `npm test -- packages/core --grep records` runs a part.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { provideChromium } from "./lib/chromium.mjs";
import { providePython } from "./lib/python-environment.mjs";
import { passThrough, root } from "./lib/run.mjs";
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
  await provideChromium();
  await build();
  say("Testing");
  return passThrough(
    [
      process.execPath,
      "node_modules/mocha/bin/mocha.js",
      "--reporter",
      "scripts/lib/reporter.mjs",
      ...mochaArguments(),
    ],
    { env: { HPCNB_TEST_VENV: venv, HPCNB_TEST_VENV_NOTEBOOK6: notebook6 } },
  );
});

/** A directory stands for the test files below it. */
function mochaArguments() {
  return process.argv.slice(2).map((word) => {
    const path = join(root, word);
    return existsSync(path) && statSync(path).isDirectory() ? join(word, "**/*.test.ts") : word;
  });
}
