import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HpcnbError, type Plugin, type PluginKind, suggest, whyNotAPlugin } from "@hpcnb/core";
import { bundledPath, bundledSchedulers } from "./bundled.js";

/** What the packages of each kind are called, so that a session file can say just "sge". */
const packagePrefixes: Record<PluginKind, readonly string[]> = {
  scheduler: ["@hpcnb/adapter-", "hpcnb-adapter-"],
  readiness: ["@hpcnb/readiness-", "hpcnb-readiness-"],
  tunnel: ["@hpcnb/tunnel-", "hpcnb-tunnel-"],
};

/**
 * Loads a plugin by the name that the session file gives it: one of `known`, a short name, a package or a path. What
 * hpcnb brings along is taken from beside it. Other packages are looked for from the session file
 * first and from hpcnb itself second; nothing is scanned.
 *
 * @throws HPCNB_PLUGIN_NOT_FOUND with where was looked, HPCNB_PLUGIN_BROKEN when it was found and cannot be used.
 */
export async function loadPlugin(
  kind: PluginKind,
  name: string,
  sessionFile: string,
  known: readonly Plugin[] = [],
): Promise<Plugin> {
  const builtIn = known.find((plugin) => plugin.name === name);
  if (builtIn) return builtIn;
  const path = find(kind, name, sessionFile, known);
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new HpcnbError(
      "HPCNB_PLUGIN_BROKEN",
      `The ${kind} "${name}" was found at ${path} but fails while loading: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  const problem = whyNotAPlugin(exported, kind);
  if (problem) {
    throw new HpcnbError("HPCNB_PLUGIN_BROKEN", `${path} cannot be used as the ${kind} "${name}": ${problem}.`, {
      hint: "Is it the package you meant, and does its version fit this hpcnb?",
    });
  }
  return exported as Plugin;
}

function find(kind: PluginKind, name: string, sessionFile: string, known: readonly Plugin[]): string {
  if (name.startsWith("./") || name.startsWith("../") || name.startsWith("/")) {
    return (
      resolveFrom(sessionFile, resolve(dirname(sessionFile), name)) ??
      notFound(kind, name, [resolve(dirname(sessionFile), name)], known)
    );
  }
  const bundled = kind === "scheduler" ? bundledSchedulers.find((one) => one === name) : undefined;
  if (bundled) return bundledPath(bundled);
  const isShort = /^[a-z0-9][a-z0-9-]*$/.test(name);
  const packages = isShort ? packagePrefixes[kind].map((prefix) => `${prefix}${name}`) : [name];
  for (const from of [sessionFile, import.meta.url]) {
    for (const candidate of packages) {
      const path = resolveFrom(from, candidate);
      if (path) return path;
    }
  }
  return notFound(
    kind,
    name,
    packages.map((candidate) => `the package ${candidate} (from ${dirname(sessionFile)}, and beside hpcnb itself)`),
    known,
  );
}

function resolveFrom(from: string, specifier: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND") return undefined;
    throw new HpcnbError("HPCNB_PLUGIN_BROKEN", `${specifier} is there but cannot be loaded: ${message}`, {
      cause: error,
      hint:
        code === "ERR_PACKAGE_PATH_NOT_EXPORTED"
          ? 'The "exports" of a plugin\'s package.json need a "default" condition.'
          : undefined,
    });
  }
}

function notFound(kind: PluginKind, name: string, looked: readonly string[], known: readonly Plugin[]): never {
  const names = kind === "scheduler" ? bundledSchedulers : known.map((plugin) => plugin.name);
  throw new HpcnbError(
    "HPCNB_PLUGIN_NOT_FOUND",
    `There is no ${kind} "${name}"${suggest(name, names) || "."} hpcnb brings ${names.join(", ")}; looked for ${looked.join(" and ")}.`,
    { hint: `Another ${kind} is a package: install it beside the session file or together with hpcnb.` },
  );
}
