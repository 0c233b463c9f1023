import { readFileSync } from "node:fs";

/**
 * The text of one of ../python, which runs on a host, here or over ssh: nothing of ours need be
 * there.
 */
export function pythonProgram(name: "lock" | "read" | "write"): string {
  const known = programs.get(name) ?? readFileSync(new URL(`../python/${name}.py`, import.meta.url), "utf8").trimEnd();
  programs.set(name, known);
  return known;
}

const programs = new Map<string, string>();

/** -I -S: nothing of the user's own Python may change what the program does. */
export function pythonArgv(program: string, ...args: readonly string[]): [string, ...string[]] {
  return ["python3", "-I", "-S", "-c", program, ...args];
}
