import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * One file for each entry of a package, and one for each `import()` in it. Starting up is part of what every command costs: Node reads a
 * few large modules much faster than many small ones.
 */
const packages = {
  core: ["index", "testing/index", "session-file-build"],
  "adapter-local": ["index"],
  "adapter-mock": ["index"],
  "adapter-sge": ["index"],
  tunnel: ["index"],
  jupyter: ["index"],
  cli: ["main", "keeper-main"],
  testbed: ["index", "main"],
};

/**
 * Dependencies that are packed into the bundles: yargs for its many small files, which are felt at every start, and valibot because only a
 * small part of it is used. Parts of yargs ask for `require`.
 */
const packed = ["valibot", "yargs"];
const banner =
  'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);';

export async function bundle() {
  await Promise.all(
    Object.entries(packages).map(async ([name, entries]) => {
      const source = `packages/${name}/src`;
      const { dependencies = {} } = (await import(`../packages/${name}/package.json`, { with: { type: "json" } }))
        .default;
      const external = Object.keys(dependencies).filter((dependency) => !packed.includes(dependency));
      await removeChunks(`packages/${name}/dist`);
      await build({
        entryPoints: entries.map((entry) => `${source}/${entry}.ts`),
        outdir: `packages/${name}/dist`,
        outbase: source,
        chunkNames: "chunk-[hash]",
        bundle: true,
        splitting: true,
        format: "esm",
        platform: "node",
        target: "node20.19",
        external: external.flatMap((dependency) => [dependency, `${dependency}/*`]),
        sourcemap: true,
        logLevel: "warning",
        ...("yargs" in dependencies ? { banner: { js: banner } } : {}),
      });
    }),
  );
}

/** Their names change with their content, so old ones would pile up. */
async function removeChunks(directory) {
  for (const name of await readdir(directory)) {
    if (name.startsWith("chunk-")) await rm(join(directory, name));
  }
}
