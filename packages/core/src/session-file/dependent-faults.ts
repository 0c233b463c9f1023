import { isAbsolute } from "node:path";
import { parseDuration, parseMemory } from "../units.js";
import type { Fault } from "./sentences.js";
import { describe } from "./words.js";

/** The most that a text with a unit may stand for. More than that is a slip, and would overflow schedulers' and timers' numbers. */
const limits = [
  { keys: ["resources", "memory"], parse: parseMemory, most: "1024T" },
  { keys: ["resources", "walltime"], parse: parseDuration, most: "366d" },
  { keys: ["cluster", "resources", "memory"], parse: parseMemory, most: "1024T" },
  { keys: ["cluster", "resources", "walltime"], parse: parseDuration, most: "366d" },
  { keys: ["storage", "timeout"], parse: parseDuration, most: "1d" },
] as const;

/** What the schema cannot say. The value may have other faults: each key is looked at as it is. */
export function dependentFaults(value: unknown): Fault[] {
  return [...directoryFaults(value), ...minimumFaults(value), ...limitFaults(value)];
}

function directoryFaults(value: unknown): Fault[] {
  const directory = valueAt(value, ["notebook", "directory"]);
  if (typeof directory !== "string") return [];
  const at = { pointer: "/notebook/directory", part: "value" } as const;
  if (/^~[^/]/.test(directory)) {
    return [
      { ...at, message: "notebook.directory must be written in full, or begin with ~/ for your own home directory" },
    ];
  }
  if (valueAt(value, ["host"]) === undefined || isAbsolute(directory) || directory.startsWith("~")) return [];
  const message =
    "notebook.directory must be absolute or begin with ~/, because it is on another machine (host is given)";
  return [{ ...at, message }];
}

function minimumFaults(value: unknown): Fault[] {
  const engines = valueAt(value, ["cluster", "engines"]);
  const minimum = valueAt(value, ["cluster", "minimum"]);
  if (typeof engines !== "number" || typeof minimum !== "number" || engines < 1 || minimum <= engines) return [];
  const message = `cluster.minimum must be at most cluster.engines (${engines}), but is the number ${minimum}`;
  return [{ pointer: "/cluster/minimum", part: "value", message }];
}

function limitFaults(value: unknown): Fault[] {
  return limits.flatMap(({ keys, parse, most }): Fault[] => {
    const text = valueAt(value, keys);
    const amount = typeof text === "string" ? parse(text) : undefined;
    if (amount === undefined || amount <= (parse(most) ?? 0)) return [];
    const message = `${keys.join(".")} must be at most ${most}, but is ${describe(text)}`;
    return [{ pointer: `/${keys.join("/")}`, part: "value", message }];
  });
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
