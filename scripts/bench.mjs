/** Runs every program in bench/, or those named: `npm run bench -- startup`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { passThrough, root, Stop } from "./lib/run.mjs";
import { main, say } from "./lib/step.mjs";
import { build, installDependencies } from "./lib/workspace.mjs";

await main(async () => {
  const files = (await readdir(join(root, "bench"))).filter((file) => file.endsWith(".mjs"));
  const names = files.map((file) => file.replace(".mjs", "")).sort();
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Stop(`no program in bench/ is named ${unknown.join(" or ")}: they are ${names.join(", ")}`, 2);
  await installDependencies();
  await build();
  let worst = 0;
  for (const name of wanted.length > 0 ? wanted : names) {
    say(`\n${name}`);
    worst = Math.max(worst, await passThrough([process.execPath, join("bench", `${name}.mjs`)]));
  }
  return worst;
});
