import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root, run } from "./run.mjs";

/**
 * Node looks for this in its own file to know that a program is inside:
 * https://nodejs.org/api/single-executable-applications.html
 */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * Makes one executable file of a Node and a package that needs nothing else.
 * @param node a Node of at least 22, whose single executable files can have assets.
 */
export async function packIntoOneFile({ node, folder, version, work, target }) {
  await mkdir(work, { recursive: true });
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const digest = createHash("sha256");
  for (const name of files) digest.update(`${name}\n`).update(await readFile(join(folder, name)));
  const contents = join(work, "contents.json");
  await writeFile(contents, JSON.stringify({ version, digest: digest.digest("hex").slice(0, 16), files }));
  const config = join(work, "sea.json");
  await writeFile(
    config,
    JSON.stringify({
      main: join(root, "scripts/single-file/main.cjs"),
      output: join(work, "program.blob"),
      disableExperimentalSEAWarning: true,
      assets: { "contents.json": contents, ...Object.fromEntries(files.map((name) => [name, join(folder, name)])) },
    }),
  );
  await run([node, "--experimental-sea-config", config]);
  await copyFile(node, target);
  await chmod(target, 0o755);
  const inject = ["node_modules/postject/dist/cli.js", target, "NODE_SEA_BLOB", join(work, "program.blob")];
  await run([process.execPath, ...inject, "--sentinel-fuse", fuse]);
}
