import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { root, run } from "./run.mjs";
import { step } from "./step.mjs";

/**
 * No questions; and no second look at the version that npx has just chosen, which would want an
 * entry in the lockfile.
 */
const pnpmSettings = { CI: "true", pnpm_config_pm_on_fail: "ignore" };

/** Installs what pnpm-lock.yaml says, with the pnpm that package.json pins. */
export async function installDependencies() {
  if (await isInstalled()) return;
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  await step(`Installing Node packages with ${packageManager}, run through npx (nothing is installed globally)`, () =>
    pnpm(["install", "--frozen-lockfile"]),
  );
}

/** Runs the pnpm that package.json pins. */
export async function pnpm(argv, env = {}) {
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  await run(["npx", "--yes", packageManager, ...argv], { env: { ...pnpmSettings, ...env } });
}

/** pnpm keeps a copy of the lockfile it has installed, and writes .modules.yaml at the very end. */
async function isInstalled() {
  const [wanted, installed, finished] = await Promise.all([
    readFile(join(root, "pnpm-lock.yaml"), "utf8"),
    unlessMissing(readFile(join(root, "node_modules/.pnpm/lock.yaml"), "utf8")),
    unlessMissing(stat(join(root, "node_modules/.modules.yaml"))),
  ]);
  return wanted === installed && finished !== undefined;
}

export function build() {
  return step("Building", compile);
}

async function compile() {
  await run(["node_modules/.bin/tsc", "-b"]);
  await run([process.execPath, "scripts/after-build.mjs"]);
}

export async function unlessMissing(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
