import { dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { commonJs, finishCommonJs } from "./common-js.mjs";

/**
 * Makes CommonJS of a bundle, and merges chunks that are read at every start. To find and read a
 * module costs Node up to a millisecond, whatever its size, and esbuild makes a chunk for each set
 * of entries that share code.
 * @param result what esbuild made, with `metafile` and `write: false`.
 * @param sources entries of the bundle, by their source files. The chunks that one of them imports
 * become one chunk, except for those that an earlier one imports as well.
 * @returns the files to write: path and contents.
 */
export async function mergeChunks({ outputFiles, metafile }, sources, options) {
  const texts = new Map(outputFiles.map(({ path, text }) => [path, withoutIdleImports(text)]));
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [join(process.cwd(), path), output]),
  );
  const importsOf = (path) =>
    [...texts.get(path).matchAll(/\bfrom"(\.\/[\w-]+\.js)"/g)].map(([, name]) => join(dirname(path), name));

  /** What stands for a chunk that was merged: its exports, by their new names. */
  const standIns = new Map();
  const merged = [];
  for (const source of sources) {
    const [entry] = [...outputs].find(([, { entryPoint }]) => entryPoint === source) ?? [];
    if (!entry) throw new Error(`${source} is no entry of the bundle.`);
    const group = new Set();
    const follow = (path) => {
      if (path !== entry && (group.has(path) || standIns.has(path))) return;
      if (path !== entry) group.add(path);
      importsOf(path).forEach(follow);
    };
    follow(entry);
    const names = [...group].flatMap((path, index) =>
      outputs.get(path).exports.map((name) => ({ path, name, as: `${name}_${index}` })),
    );
    const contents = names.map(({ path, name, as }) => `export { ${name} as ${as} } from ${JSON.stringify(path)};`);
    const [file] = await rebuild(
      { stdin: { contents: contents.join("\n"), resolveDir: dirname(entry) }, entryNames: "chunk-[hash]" },
      (path) => group.has(path),
    );
    merged.push(file);
    for (const path of group) {
      const own = names.filter((name) => name.path === path).map(({ name, as }) => `${as} as ${name}`);
      standIns.set(path, `export { ${own.join(", ")} } from ${JSON.stringify(file.path)};`);
    }
  }
  const others = [...texts.keys()].filter((path) => !standIns.has(path));
  return [...merged, ...(await rebuild({ entryPoints: others }, () => false))].map(finishCommonJs);

  /** Bundles once more: what is `inside` and the stand-ins are packed, all else stays outside. */
  async function rebuild(input, inside) {
    const directory = dirname(outputFiles[0].path);
    const plugin = {
      name: "merge-chunks",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
          const full = path.startsWith(".") ? join(resolveDir, path) : path;
          if (kind === "entry-point") return { path: full };
          if (kind === "import-statement" && standIns.has(full)) return { path: full };
          if (kind === "import-statement" && inside(full)) return { path: full };
          const isOurs = full.startsWith(`${directory}/`);
          return { path: isOurs ? `./${relative(directory, full).replace(/\.js$/, ".cjs")}` : path, external: true };
        });
        onLoad({ filter: /.*/ }, ({ path }) => ({
          contents: standIns.get(path) ?? texts.get(path),
          resolveDir: dirname(path),
        }));
      },
    };
    const again = {
      ...options,
      ...commonJs,
      ...input,
      bundle: true,
      outdir: directory,
      outbase: directory,
      write: false,
    };
    return (await build({ ...again, plugins: [plugin] })).outputFiles;
  }
}

/**
 * Where an entry imports nothing from a chunk by name, esbuild lets it import the chunk for what it
 * does when it is loaded. No chunk of ours does anything then: what runs by being imported
 * (reflect-metadata) is packed with the one file that wants it.
 */
function withoutIdleImports(text) {
  return text.replace(/\bimport"\.\/chunk-\w+\.js";?/g, "");
}
