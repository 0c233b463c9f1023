import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findPackage } from "./packages.js";
import { foldersOfHpcnb } from "./places.js";

/**
 * The schedulers that hpcnb brings along. A session file's word for one of them means nothing else.
 */
export const bundledSchedulers = ["local", "mock", "sge"] as const;

/** The one that is meant by its short name, or by its package's name in the workspace. */
export function bundledScheduler(name: string): (typeof bundledSchedulers)[number] | undefined {
  return bundledSchedulers.find((bundled) => name === bundled || name === `@hpcnb/adapter-${bundled}`);
}

/**
 * Where one of them lies: beside this file in what is installed, and in a package of its own in the
 * workspace. Nowhere else.
 */
export function bundledPath(name: (typeof bundledSchedulers)[number]): string {
  const beside = fileURLToPath(new URL(`./adapter-${name}.js`, import.meta.url));
  if (existsSync(beside)) return beside;
  for (const folder of foldersOfHpcnb()) {
    const found = findPackage(folder, `@hpcnb/adapter-${name}`);
    if (found && "main" in found) return found.main;
  }
  throw new Error(`This hpcnb is incomplete: it has no ${beside}. Install it again.`);
}
