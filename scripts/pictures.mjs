/**
 * Takes the pictures in docs/pictures again, from a real session: `npm run pictures`. It needs
 * Chromium, and util-linux's `script`.
 */
import { passThrough } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { main, say } from "./lib/step.mjs";
import { build } from "./lib/workspace.mjs";

await main(async () => {
  say("Setting up");
  const { venv } = await setUp();
  await build();
  say("Taking pictures of the quickstart");
  return passThrough(
    [process.execPath, "--import", "tsx", "--conditions=@hpcnb/source", "test/pictures/take.ts", "docs/pictures"],
    { env: { HPCNB_TEST_VENV: venv } },
  );
});
