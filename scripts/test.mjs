/**
 * Everything that is tested, from a fresh clone: `npm test`.
 * Arguments go to mocha, so that `npm test -- packages/core --grep records` runs a part.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { provideDebianPackages } from "./lib/debian-packages.mjs";
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
  await provideDebianPackages();
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

/** A word that is a path narrows the tests to it; a directory stands for the test files below it. */
function mochaArguments() {
  const words = process.argv.slice(2);
  const isPath = (word) => existsSync(join(root, word));
  const specs = words.some(isPath) ? [] : ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"];
  return [
    ...specs,
    ...words.map((word) =>
      isPath(word) && statSync(join(root, word)).isDirectory() ? join(word, "**/*.test.ts") : word,
    ),
  ];
}
