import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Plugin } from "@hpcnb/core";
import { importFile } from "./import-file.js";
import { findPackage } from "./packages.js";
import { foldersOfHpcnb } from "./plugin-folders.js";

/**
 * The schedulers that hpcnb brings along. A session file's word for one of them means nothing else.
 */
export const bundledSchedulers = ["local", "mock", "sge", "slurm"] as const;

/** The one that is meant by its short name, or by its package's name in the workspace. */
export function bundledScheduler(name: string): (typeof bundledSchedulers)[number] | undefined {
  return bundledSchedulers.find((bundled) => name === bundled || name === `@hpcnb/adapter-${bundled}`);
}

/**
 * Runs the code of one of them. It lies beside this file in what is installed, as CommonJS like all
 * of it, and in a package of its own in the workspace. Nowhere else.
 */
export async function loadBundled(name: (typeof bundledSchedulers)[number]): Promise<Plugin> {
  const beside = fileURLToPath(new URL(`./adapter-${name}.cjs`, import.meta.url));
  if (existsSync(beside)) return (createRequire(import.meta.url)(beside) as { default: Plugin }).default;
  for (const folder of foldersOfHpcnb()) {
    const found = findPackage(folder, `@hpcnb/adapter-${name}`);
    if (found && "main" in found) return (await importFile(found.main)).default as Plugin;
  }
  throw new Error(`This hpcnb is incomplete: it has no ${beside}. Install it again.`);
}
