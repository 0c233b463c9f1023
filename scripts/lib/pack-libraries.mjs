import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./run.mjs";
import { pnpm } from "./workspace.mjs";

/**
 * Packs every package but the program, for authors of plugins and front ends, into `target`.
 * pnpm puts versions in the place of `workspace:` and `catalog:`, which npm cannot read.
 */
export async function packLibraries(target) {
  const hooks = { pnpm_config_pnpmfile: join(root, "scripts/lib/pack-hooks.cjs") };
  for (const folder of (await readdir(join(root, "packages"))).sort()) {
    const { exports } = JSON.parse(await readFile(join(root, "packages", folder, "package.json"), "utf8"));
    if (exports["."] === undefined) continue;
    await pnpm(["--dir", join("packages", folder), "pack", "--pack-destination", target], hooks);
  }
}
