import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "@hpcnb/core";
import { run } from "./run.js";
import { hostPaths, pathsOf, type Site } from "./site.js";
import { machineLock, withLock } from "./state.js";

const packages = ["jupyterlab", "notebook", "ipyparallel", "numpy", "matplotlib"];

/**
 * Makes the Python environment of the cluster, once for all testbeds of the machine. It is made
 * where the hosts will see it, in a mount namespace of its own: its programs name the path at which
 * they were made.
 * @returns false when it was there already.
 */
export async function providePython(site: Site, say: (line: string) => void): Promise<boolean> {
  const { venv, clusterHome } = pathsOf(site.name);
  return await withLock(machineLock, () => make(venv, clusterHome, say), 900_000);
}

async function make(venv: string, home: string, say: (line: string) => void): Promise<boolean> {
  const stamp = join(venv, "hpcnb-testbed.json");
  const wanted = JSON.stringify({ python: (await run(["/usr/bin/python3", "-VV"])).trim(), packages });
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return false;
  say(`installing with pip, once: ${packages.join(" ")}`);
  // Emptied, not replaced: other testbeds have the directory itself mounted.
  await mkdir(venv, { recursive: true, mode: 0o755 });
  await run(["find", venv, "-mindepth", "1", "-delete"], { timeoutMs: 120_000 });
  const script = [
    "umask 022",
    `mount --bind ${shellWord(home)} /home`,
    `mount --bind ${shellWord(venv)} ${hostPaths.venv}`,
    `/usr/bin/python3 -m venv ${hostPaths.venv}`,
    `${hostPaths.venv}/bin/python -m pip install --quiet ${packages.join(" ")}`,
    `${hostPaths.venv}/bin/python -m compileall -q ${hostPaths.venv}/lib || true`,
  ];
  await run(["unshare", "--mount", "sh", "-euc", script.join("\n")], {
    timeoutMs: 900_000,
    what: "the cluster's Python environment could not be made",
  });
  await writeFile(stamp, wanted);
  return true;
}
