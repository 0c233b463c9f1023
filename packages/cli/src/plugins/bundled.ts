import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The schedulers that hpcnb brings along. A session file's word for one of them means nothing else. */
export const bundledSchedulers = ["local", "mock", "sge"] as const;

/** Where one of them lies: beside this file in what is installed, and in a package of its own in the workspace. */
export function bundledPath(name: (typeof bundledSchedulers)[number]): string {
  const beside = fileURLToPath(new URL(`./adapter-${name}.js`, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`@hpcnb/adapter-${name}`);
}
