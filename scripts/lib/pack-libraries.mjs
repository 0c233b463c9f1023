import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeUnreachable } from "./remove-unreachable.mjs";
import { root, run } from "./run.mjs";
import { pnpm } from "./workspace.mjs";

/**
 * Packs every package but the program, for authors of plugins and front ends, into `target`.
 * pnpm puts versions in the place of `workspace:` and `catalog:`, which npm cannot read.
 */
export async function packLibraries(target) {
  const hooks = { pnpm_config_pnpmfile: join(root, "scripts/lib/pack-hooks.cjs") };
  await mkdir(target, { recursive: true });
  for (const folder of (await readdir(join(root, "packages"))).sort()) {
    const { exports } = JSON.parse(await readFile(join(root, "packages", folder, "package.json"), "utf8"));
    if (exports["."] === undefined) continue;
    const work = await mkdtemp(join(tmpdir(), "hpcnb-pack-"));
    await pnpm(["--dir", join("packages", folder), "pack", "--pack-destination", work], hooks);
    const [tarball] = await readdir(work);
    await run(["tar", "--extract", "--directory", work, "--file", join(work, tarball)]);
    await removeUnreachable(join(work, "package"));
    await run(["npm", "pack", join(work, "package"), "--pack-destination", target]);
    await rm(work, { recursive: true });
  }
}
