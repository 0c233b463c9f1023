/**
 * Real sessions among everything that could break them, one thing after the other, for the better
 * part of an hour: `npm run soak`.
 */
import { passThrough } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { main, say } from "./lib/step.mjs";
import { build } from "./lib/workspace.mjs";

await main(async () => {
  say("Setting up");
  const { venv } = await setUp();
  await build();
  say("Testing");
  const argv = [
    process.execPath,
    "node_modules/mocha/bin/mocha.js",
    "packages/*/test/**/*.soak.ts",
    "test/**/*.soak.ts",
    ...process.argv.slice(2),
  ];
  return passThrough(argv, { env: { HPCNB_TEST_VENV: venv } });
});
