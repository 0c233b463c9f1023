import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { capture, root, run, Stop } from "./run.mjs";
import { step } from "./step.mjs";
import { unlessMissing } from "./workspace.mjs";

/**
 * A virtual environment that meets a requirements file; its absolute path. All paths start at the
 * clone's root.
 *
 * A Python that has everything already is used as it is, through an environment that sees its
 * packages. Otherwise the environment is private, and its packages are downloaded once.
 */
export async function providePython({ python, directory, requirements, megabytes, mayUseSystem = true }) {
  const venv = join(root, directory);
  const marker = join(venv, "complete");
  const recipe = `${python.path} ${python.version}\n${await readFile(join(root, requirements), "utf8")}`;
  // The marker is written last: an environment without it was interrupted, and is made again.
  const complete = (await unlessMissing(readFile(marker, "utf8"))) === recipe;
  if (complete && (await meets(join(venv, "bin/python"), requirements))) return withoutModules(venv);

  const isolation = mayUseSystem && (await meets(python.path, requirements)) ? ["--system-site-packages"] : [];
  if (isolation.length === 0) await requireEnsurepip(python);
  const what =
    isolation.length > 0
      ? `Making ${directory}, with the packages that ${python.path} has (no download)`
      : `Making ${directory}: ${python.path} lacks packages; about ${megabytes} MB on disk, downloaded this once`;
  await step(what, async () => {
    await run([
      python.path,
      "-m",
      "venv",
      "--clear",
      ...(isolation.length > 0 ? [...isolation, "--without-pip"] : []),
      venv,
    ]);
    const pip = [join(venv, "bin/python"), "-m", "pip", "--disable-pip-version-check", "install"];
    if (isolation.length === 0) await run([...pip, "--requirement", requirements], { minutes: 30 });
    await writeFile(marker, recipe);
  });
  return withoutModules(venv);
}

/**
 * JupyterLab asks its yarn.js for a configuration when the server starts. To Node the file is a
 * module because the clone's package.json says so, and the notebook's log began with 11 kB of it
 * and a stack. The nearest package.json counts.
 */
async function withoutModules(venv) {
  await writeFile(join(venv, "package.json"), "{}\n");
  return venv;
}

async function meets(python, requirements) {
  const { exitCode, output } = await capture([python, "scripts/lib/unmet.py", requirements]);
  return exitCode === 0 && output.trim() === "";
}

async function requireEnsurepip({ path, version }) {
  const { exitCode } = await capture([path, "-m", "ensurepip", "--version"]);
  if (exitCode === 0) return;
  throw new Stop(
    `${path} (Python ${version}) cannot make virtual environments: its ensurepip module is missing.\n` +
      "On Debian and Ubuntu: apt-get install python3-venv. Without root, put another Python first on PATH,\n" +
      "such as one from conda or from `module load`, and run this again.",
    3,
  );
}
