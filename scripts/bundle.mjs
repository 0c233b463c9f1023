import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build, transform } from "esbuild";
import { mergeChunks } from "./lib/merge-chunks.mjs";
import { replaceFile, replaceFiles } from "./lib/replace-files.mjs";

/** Parts of yargs, tsyringe and ajv ask for `require`, which modules do not have. */
const banner = {
  js: 'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
};

const common = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
  banner,
};

/**
 * The packages that other programs import: one file for each of their exports. Their dependencies
 * stay outside, to be installed, updated and audited as usual. Only valibot is packed, because
 * little of it is used.
 */
export async function bundleLibraries() {
  const libraries = (await manifests()).filter(({ folder, exports }) => folder !== "cli" && exports);
  await Promise.all(
    libraries.map(async ({ folder, exports, dependencies, peerDependencies }) => {
      const sources = Object.values(exports).map((target) => target["@hpcnb/source"]);
      const internal = folder === "core" ? ["./src/session-file/build.ts"] : [];
      await bundle({
        entryPoints: [...sources, ...internal].map((source) => join("packages", folder, source)),
        outdir: `packages/${folder}/dist`,
        outbase: `packages/${folder}/src`,
        chunkNames: "chunk-[hash]",
        splitting: true,
        external: outside({ ...dependencies, ...peerDependencies }),
        sourcemap: true,
      });
    }),
  );
}

/**
 * The programs: everything is packed, so that one package without dependencies can be installed.
 * Starting up is part of what every command costs, and Node reads a few large modules much faster
 * than it finds and reads many small ones.
 */
export async function bundlePrograms() {
  const all = await manifests();
  const adapters = all.filter(({ folder }) => folder.startsWith("adapter-"));
  const entries = [
    { in: "packages/cli/src/keeper-main.ts", out: "keeper-main" },
    ...adapters.map(({ folder }) => ({ in: `packages/${folder}/src/index.ts`, out: folder })),
  ];
  await bundleProgram("cli", entries, ["packages/cli/src/main.ts", "packages/cli/src/commands/validate.ts"]);
  await bundle({
    entryPoints: ["packages/client/src/plugins/import-file.ts"],
    outfile: "packages/cli/dist/import-file.cjs",
    ...fromSource,
    format: "cjs",
    banner: {},
  });
  // Hooks are for Node's loader of modules, and run in a thread of their own.
  await bundle({ entryPoints: ["packages/client/src/import-guard.ts"], outdir: "packages/cli/dist", ...fromSource });
  await bundleProgram("testbed", [], []);
  await copyPages();
  await copyPython(all.filter(({ bin }) => !bin).map(({ folder }) => folder));
}

/**
 * What few commands need is loaded when it is first called. Node's cryptography costs a fifth of
 * what starting Node does; preparing to measure the width of emoji, which yargs needs for the text
 * of its help alone, costs half.
 */
const whenCalled = {
  name: "when-called",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(cliui|string-width)$/ }, ({ path, importer }) =>
      importer.endsWith("/yargs/lib/platform-shims/esm.mjs") ? { path, namespace: "help-text" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "help-text" }, ({ path }) => ({
      contents: `export default (...words) => require("./${helpText}")["${path}"](...words);`,
    }));
    onResolve({ filter: new RegExp(`^./${helpText}$`) }, ({ path }) => ({ path, external: true }));

    onResolve({ filter: /^(node:)?(assert|crypto|util)$/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "node-module", sideEffects: false } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "node-module" }, async ({ path }) => ({
      contents: Object.entries(await import(path))
        // Nothing can stand in for a class: a file that imports one fails to build.
        .filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name) && name !== "default")
        .map(
          ([name]) => `export const ${name} = (...words) => ${onlyIf[name] ?? ""}require("${path}").${name}(...words);`,
        )
        .join("\n"),
    }));
  },
};

/** yargs checks itself at every start, and needs Node's assertions only where a check fails. */
const onlyIf = {
  strictEqual: "Object.is(words[0], words[1]) || ",
  notStrictEqual: "Object.is(words[0], words[1]) && ",
};

const helpText = "help-text.cjs";

/** What yargs needs for the text of its help. */
async function bundleHelpText(folder) {
  await bundle({
    stdin: {
      contents: 'export { default as cliui } from "cliui"; export { default as "string-width" } from "string-width";',
      resolveDir: dirname(createRequire(resolve("packages", folder, "package.json")).resolve("yargs")),
    },
    outfile: `packages/${folder}/dist/${helpText}`,
    format: "cjs",
    banner: {},
    minify: true,
  });
}

/** See the file itself. */
const alone = {
  name: "alone",
  setup({ onResolve }) {
    onResolve({ filter: /\/import-file\.js$/ }, () => ({ path: "./import-file.cjs", external: true }));
  },
};

/**
 * The largest of what is read at every start, with short names inside: reading a text costs time
 * for each of its characters.
 */
const shortNames = {
  name: "short-names",
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/(yargs|yargs-parser|y18n|js-yaml|valibot)\/.*\.m?js$/ }, async ({ path }) => ({
      contents: (await transform(await readFile(path, "utf8"), { minify: true, target: common.target })).code,
    }));
  },
};

/**
 * @param entries what the program starts or imports by a path, beside what it is itself.
 * @param together sources of the entries whose chunks are merged.
 */
async function bundleProgram(folder, entries, together) {
  await bundleHelpText(folder);
  await bundle({
    entryPoints: [{ in: `packages/${folder}/src/main.ts`, out: "main" }, ...entries],
    outdir: `packages/${folder}/dist`,
    chunkNames: "chunk-[hash]",
    splitting: true,
    together,
    plugins: [whenCalled, shortNames, alone],
    ...fromSource,
  });
}

const fromSource = {
  conditions: ["@hpcnb/source"],
  // Names stay as they are, so that the stack of a fault can be read.
  minifyWhitespace: true,
  minifySyntax: true,
};

/** The validators of session files and of sites' files as modules, for core and for the program. */
export async function bundleValidators(texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const [folder, external] of [
      ["core", ["ajv/*"]],
      ["cli", []],
    ]) {
      await bundle({
        stdin: { contents: text, resolveDir: "packages/core" },
        outfile: `packages/${folder}/dist/${name}.cjs`,
        format: "cjs",
        banner: {},
        external,
        minify: true,
      });
    }
  }
}

/** Python programs lie beside the bundle as they lie beside a package's sources: in `../python`. */
async function copyPython(folders) {
  const files = new Map();
  for (const folder of folders) {
    const source = join("packages", folder, "python");
    if (!existsSync(source)) continue;
    for (const name of (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".py"))) {
      if (files.has(name)) throw new Error(`Two packages have a Python program ${name}.`);
      files.set(name, readFileSync(join(source, name)));
    }
  }
  await replaceFiles("packages/cli/python", files);
}

/** What `hpcnb help` prints. Decisions are for people who work on hpcnb. */
async function copyPages() {
  const names = (await readdir("docs")).filter((name) => name.endsWith(".md"));
  await replaceFiles("packages/cli/docs", new Map(names.map((name) => [name, readFileSync(join("docs", name))])));
}

async function manifests() {
  const folders = await readdir("packages");
  return Promise.all(
    folders.map(async (folder) => ({
      folder,
      ...JSON.parse(await readFile(join("packages", folder, "package.json"), "utf8")),
    })),
  );
}

function outside(dependencies) {
  return Object.keys(dependencies)
    .filter((name) => name !== "valibot")
    .flatMap((name) => [name, `${name}/*`]);
}

/** Absolute paths of all files that this build has. */
const written = new Set();

/**
 * Bundles into files that are replaced at once, as sessions that were started from this clone may
 * be using them. With entries `together`, what they import becomes one module each, and all of it
 * CommonJS.
 */
async function bundle({ together = [], ...options }) {
  const { banner, ...inCommon } = common;
  const own = together.length > 0 ? options : { banner, ...options };
  const result = await build({ ...inCommon, ...own, write: false, metafile: true });
  const { platform, target, logLevel } = common;
  const again = { platform, target, logLevel, minifyWhitespace: true };
  const outputFiles = together.length > 0 ? await mergeChunks(result, together, again) : result.outputFiles;
  const isChunk = ({ path }) => /\bchunk-\w+\.c?js/.test(path);
  // First what the others import.
  const inOrder = [...outputFiles.filter(isChunk), ...outputFiles.filter((file) => !isChunk(file))];
  for (const { path, contents } of inOrder) {
    await replaceFile(path, contents);
    written.add(path);
  }
}

/**
 * After everything is bundled. The names of chunks change with their content, so old ones would
 * pile up.
 */
export async function removeOldFiles() {
  for (const { folder } of await manifests()) {
    const directory = resolve("packages", folder, "dist");
    for (const name of await readdir(directory, { recursive: true })) {
      const path = join(directory, name);
      if (/\.c?js(\.map)?$/.test(name) && !written.has(path)) await rm(path);
    }
  }
}
