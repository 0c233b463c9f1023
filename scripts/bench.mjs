/** Runs every program in bench/, or those named: `npm run bench -- startup`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { passThrough, root } from "./lib/run.mjs";
import { main, say } from "./lib/step.mjs";
import { build, installDependencies } from "./lib/workspace.mjs";

await main(async () => {
  await installDependencies();
  await build();
  const wanted = process.argv.slice(2);
  const files = (await readdir(join(root, "bench"))).filter((file) => file.endsWith(".mjs")).sort();
  let worst = 0;
  for (const file of files) {
    if (wanted.length > 0 && !wanted.includes(file.replace(".mjs", ""))) continue;
    say(`\n${file}`);
    worst = Math.max(worst, await passThrough([process.execPath, join("bench", file)]));
  }
  return worst;
});
