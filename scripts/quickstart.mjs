/** From a fresh clone to a notebook with four engines: `npm run quickstart`. */
import { passThrough } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { main, say } from "./lib/step.mjs";
import { build } from "./lib/workspace.mjs";

const session = "examples/quickstart/session.yaml";

await main(async () => {
  say("Setting up");
  await setUp();
  await build();
  say(`Starting ${session}`);
  const exitCode = await passThrough([process.execPath, "packages/cli/bin/hpcnb.js", "up", session]);
  if (exitCode === 0) {
    say("\nOpen monte-carlo.ipynb there and run it. In this folder you can also type:");
    say(`  npx hpcnb open ${session}      to open it in your browser`);
    say(`  npx hpcnb status ${session}    to see the notebook and its engines`);
    say(`  npx hpcnb down ${session}      to stop everything`);
  }
  return exitCode;
});
