import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { HpcnbError, type Plugin, type PluginKind, suggest } from "@hpcnb/core";
import { configDirectory } from "../config-directory.js";
import { brokenPlugin } from "./broken.js";
import { bundledScheduler, bundledSchedulers, loadBundled } from "./bundled.js";
import { foreignHand, howToOwn } from "./foreign-hands.js";
import { kindNames, packagesCalled } from "./kinds.js";
import { findPackage } from "./packages.js";
import { type PluginOrigin, pluginFoldersFor } from "./plugin-folders.js";

/** A plugin that hpcnb itself has; its code is loaded when it is used. */
export interface BuiltInPlugin {
  readonly name: string;
  load(): Promise<Plugin>;
}

/** A plugin that was found; nothing of it has run. Foreign: hpcnb does not bring it along. */
export type FoundPlugin = { readonly kind: PluginKind; readonly name: string } & (
  | { readonly isForeign: false; readonly builtIn: BuiltInPlugin }
  | {
      readonly isForeign: true;
      readonly path: string;
      readonly origin: PluginOrigin;
      /** The package.json of its package; undefined for a file. */
      readonly manifest?: string;
    }
);

/**
 * Finds a plugin by the name that the session file gives it: one of `known`, a short name, a
 * package or a path. Packages are looked for in the `node_modules` of the session file's folder and
 * of each folder above, then in the user's own folder for plugins, and then beside hpcnb. What
 * others than this user and root can change is never taken, but beside hpcnb: they could change
 * hpcnb as well.
 *
 * @throws HPCNB_PLUGIN_NOT_FOUND with where was looked, HPCNB_PLUGIN_UNSAFE when others can change
 *   it, HPCNB_PLUGIN_BROKEN when it is there and has no file to load.
 */
export function findPlugin(
  kind: PluginKind,
  name: string,
  sessionFile: string,
  known: readonly BuiltInPlugin[] = [],
): FoundPlugin {
  const builtIn = known.find((plugin) => plugin.name === name);
  if (builtIn) return { kind, name, isForeign: false, builtIn };
  const bundled = kind === "scheduler" ? bundledScheduler(name) : undefined;
  if (bundled) return { kind, name, isForeign: false, builtIn: { name: bundled, load: () => loadBundled(bundled) } };
  if (/^(\.\.?)?\//.test(name))
    return { kind, name, isForeign: true, origin: "session file", path: findFile(kind, name, sessionFile) };
  const packages = packagesCalled(kind, name);
  const folders = pluginFoldersFor(sessionFile);
  const unsafe: string[] = [];
  for (const { folder, origin } of folders) {
    for (const candidate of packages) {
      const found = findPackage(folder, candidate, origin === "beside hpcnb" ? undefined : foreignHand);
      if (!found) continue;
      if ("unsafe" in found) unsafe.push(found.unsafe);
      else if ("broken" in found) throw brokenPlugin({ kind, name, path: found.path }, found.broken, found.cause);
      else return { kind, name, isForeign: true, origin, path: found.main, manifest: found.manifest };
    }
  }
  if (unsafe.length > 0) throw unsafePlugin(kind, name, unsafe);
  const paths = folders.map(({ folder }) => folder);
  throw notFound(kind, name, `the package ${packages.join(" or ")} in ${paths.join(", ")}`, known);
}

function findFile(kind: PluginKind, name: string, sessionFile: string): string {
  const path = resolve(dirname(sessionFile), name);
  const found = statOf(path);
  if (!found) throw notFound(kind, name, `the file ${path}`);
  if (found.isDirectory())
    throw brokenPlugin({ kind, name, path }, "is a directory: name the plugin's file in it, such as its index.js");
  if (!found.isFile()) throw brokenPlugin({ kind, name, path }, "is no regular file");
  const problem = foreignHand(path);
  if (problem) throw unsafePlugin(kind, name, [problem]);
  return realpathSync(path);
}

/** Undefined for what is not there, or lies where this user may not look. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function unsafePlugin(kind: PluginKind, name: string, problems: readonly string[]): HpcnbError {
  return new HpcnbError(
    "HPCNB_PLUGIN_UNSAFE",
    `The code of the ${kindNames[kind]} "${name}" would run as you, but ${[...new Set(problems)].join(", and ")}. It was not run.`,
    { hint: howToOwn },
  );
}

function notFound(kind: PluginKind, name: string, looked: string, known: readonly BuiltInPlugin[] = []): HpcnbError {
  const names: readonly string[] = kind === "scheduler" ? bundledSchedulers : known.map((plugin) => plugin.name);
  const own = names.length > 0 ? ` hpcnb has ${names.join(", ")}.` : "";
  return new HpcnbError(
    "HPCNB_PLUGIN_NOT_FOUND",
    `There is no ${kindNames[kind]} "${name}"${suggest(name, names) || "."}${own} hpcnb looked for ${looked}.`,
    {
      hint: `Another ${kindNames[kind]} is a file, or an npm package: \`npm install --prefix ${configDirectory()} PACKAGE\` installs one for all of your sessions. \`hpcnb help ${guides[kind]}\` says how to write one.`,
    },
  );
}

const guides: Readonly<Record<PluginKind, string>> = {
  scheduler: "writing-an-adapter",
  readiness: "writing-a-readiness-strategy",
  tunnel: "writing-a-tunnel",
};
