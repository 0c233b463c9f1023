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
  // As if `npx hpcnb` ran it: the commands that it names next are then those that work in a clone.
  const env = { npm_lifecycle_event: "npx" };
  const exitCode = await passThrough([process.execPath, "packages/cli/bin/hpcnb.js", "up", session], { env });
  if (exitCode === 0) say("Open monte-carlo.ipynb there, and run all its cells.");
  return exitCode;
});
