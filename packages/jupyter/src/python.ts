import { readFileSync } from "node:fs";
import { carryModules, modulesOf } from "@hpcnb/core";

/** The same place seen from src and from dist. */
const python = new URL("../python/", import.meta.url);

/** What a job runs: the modules of ../python/hpcnb_programs. */
export type Program = "notebook" | "controller" | "engine" | "notebook_cluster_controller" | "notebook_cluster_engine";

/** The text of a program with all that it imports; ../python/hpcnb_launch/start.py runs it. */
export function programText(program: Program): string {
  return carryModules(python, [`hpcnb_programs.${program}`]);
}

/** The text of a program that stands alone. */
export function scriptText(name: "start" | "ask_environment"): string {
  return readFileSync(new URL(`hpcnb_launch/${name}.py`, python), "utf8").trimEnd();
}

/**
 * Modules for the import path of a notebook's server and kernels, by their paths: ipyparallel's
 * launchers.
 */
export function launcherModules(): Map<string, string> {
  return modulesOf(python, ["hpcnb_launchers.jobs"]);
}
