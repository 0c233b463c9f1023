/**
 * The program is written as modules and ships as CommonJS: Node starts without its loader of
 * modules then, which costs a quarter of what starting Node does.
 */
export const commonJs = {
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "importMetaUrl" },
};

/**
 * What esbuild leaves as it is. An `import()` of a part of the program or of Node would still start
 * that loader, and code that was kept between starts has none. One of a plugin stays, as plugins
 * may be modules.
 */
export function finishCommonJs({ path, text }) {
  const required = text.replace(
    /\bimport\(("(?:\.\/[\w-]+\.cjs|node:[\w/]+)")\)/g,
    (_, name) => `Promise.resolve().then(()=>require(${name}))`,
  );
  const url = 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;\n';
  return { path, contents: required.includes("importMetaUrl") ? url + required : required };
}
