import { realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { HpcnbError, type Plugin, type PluginKind, suggest } from "@hpcnb/core";
import { bundledPath, bundledScheduler, bundledSchedulers } from "./bundled.js";
import { foreignHand, howToOwn } from "./foreign-hands.js";
import { findPackage, foldersAbove, foldersOfHpcnb } from "./packages.js";

/** A plugin that hpcnb itself has; its code is loaded when it is used. */
export interface BuiltInPlugin {
  readonly name: string;
  load(): Promise<Plugin>;
}

/** A plugin that was found; nothing of it has run. Foreign: hpcnb does not bring it along. */
export type FoundPlugin = { readonly kind: PluginKind; readonly name: string } & (
  | { readonly isForeign: false; readonly builtIn: BuiltInPlugin }
  | { readonly isForeign: boolean; readonly builtIn?: undefined; readonly path: string }
);

/** What the packages of each kind are called, so that a session file can say just "sge". */
const packagePrefixes: Record<PluginKind, readonly string[]> = {
  scheduler: ["@hpcnb/adapter-", "hpcnb-adapter-"],
  readiness: ["@hpcnb/readiness-", "hpcnb-readiness-"],
  tunnel: ["@hpcnb/tunnel-", "hpcnb-tunnel-"],
};

/**
 * Finds a plugin by the name that the session file gives it: one of `known`, a short name, a
 * package or a path. Packages are looked for in the `node_modules` of the session file's folder and
 * of each folder above, and then beside hpcnb. What others than this user and root can change is
 * never taken. Only names are looked up: no environment variable and no other folder decides.
 *
 * @throws HPCNB_PLUGIN_NOT_FOUND with where was looked, HPCNB_PLUGIN_UNSAFE when others can change
 *   it, HPCNB_PLUGIN_BROKEN when its package has no such file.
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
  if (bundled) return { kind, name, isForeign: false, path: bundledPath(bundled) };
  if (/^(\.\.?)?\//.test(name)) return { kind, name, isForeign: true, path: findFile(kind, name, sessionFile) };
  const isShort = /^[a-z0-9][a-z0-9-]*$/.test(name);
  const packages = isShort ? packagePrefixes[kind].map((prefix) => `${prefix}${name}`) : [name];
  const unsafe: string[] = [];
  for (const folder of foldersAbove(sessionFile)) {
    for (const candidate of packages) {
      const found = findPackage(folder, candidate, foreignHand);
      if (found?.problem !== undefined) unsafe.push(found.problem);
      else if (found) return { kind, name, isForeign: true, path: found.main };
    }
  }
  for (const folder of foldersOfHpcnb()) {
    for (const candidate of packages) {
      const found = findPackage(folder, candidate);
      if (found && "main" in found) return { kind, name, isForeign: true, path: found.main };
    }
  }
  if (unsafe.length > 0) throw unsafePlugin(kind, name, unsafe);
  const where = `from ${dirname(sessionFile)}, and beside hpcnb itself`;
  throw notFound({ kind, name, known, looked: packages.map((candidate) => `the package ${candidate} (${where})`) });
}

function findFile(kind: PluginKind, name: string, sessionFile: string): string {
  const path = resolve(dirname(sessionFile), name);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw notFound({ kind, name, looked: [`the file ${path}`] });
  const problem = foreignHand(path);
  if (problem) throw unsafePlugin(kind, name, [problem]);
  return realpathSync(path);
}

function unsafePlugin(kind: PluginKind, name: string, problems: readonly string[]): HpcnbError {
  return new HpcnbError(
    "HPCNB_PLUGIN_UNSAFE",
    `The code of the ${kind} "${name}" would run as you, but ${[...new Set(problems)].join(", and ")}. It was not run.`,
    { hint: howToOwn },
  );
}

function notFound(search: {
  kind: PluginKind;
  name: string;
  looked: readonly string[];
  known?: readonly BuiltInPlugin[];
}): HpcnbError {
  const { kind, name, looked, known = [] } = search;
  const kindName = kind === "readiness" ? "readiness strategy" : kind;
  const names: readonly string[] = kind === "scheduler" ? bundledSchedulers : known.map((plugin) => plugin.name);
  return new HpcnbError(
    "HPCNB_PLUGIN_NOT_FOUND",
    `There is no ${kindName} "${name}"${suggest(name, names) || "."} hpcnb has ${names.join(", ")}, and looked for ${looked.join(" and ")}.`,
    {
      hint: `Another ${kindName} is an npm package: install it beside the session file or together with hpcnb.${kind === "scheduler" ? " `hpcnb help writing-an-adapter` says how to write one." : ""}`,
    },
  );
}
